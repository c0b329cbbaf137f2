//! What a user may ask of a training: unchecked ([`Params`]) and checked ([`Booster`]).

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::Objective;
use super::watch::StopOn;

/// The order in which nodes are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// Level by level: every node that gains, as long as there are leaves left to give.
    #[default]
    DepthWise,
    /// The leaf that gains most comes first (Shi 2007, "Best-first decision tree learning").
    LeafWise,
}

/// Names and meanings are XGBoost's where it has them; every default is documented at its field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Default: squared error.
    pub objective: Objective,
    /// Trees at most; early stopping may keep fewer. Default 200.
    pub rounds: u32,
    /// Every leaf is multiplied by it. Default 0.1.
    pub learning_rate: f64,
    /// Default: depth-wise.
    pub growth: Growth,
    /// Splits on the way to a leaf, at most. Default 6.
    pub max_depth: u32,
    /// Leaves a tree, at most; 0: as many as the depth allows. Default 0.
    pub max_leaves: u32,
    /// L2 penalty on leaf values. Default 1.
    pub lambda: f64,
    /// L1 penalty on leaf values. Default 0.
    pub alpha: f64,
    /// A child's sum of Hessians (rows, for the unweighted squared error) is at least this.
    /// Default 1.
    pub min_child_weight: f64,
    /// A split must gain more than this; asked when it is made, as LightGBM does, while XGBoost
    /// prunes afterwards. Default 0.
    pub min_gain: f64,
    /// Codes a column may take, from 3 to 256; one of them means "missing". Default 256.
    pub max_bins: usize,
    /// Share of the rows each tree sees, drawn without replacement. Default 1.
    pub row_sample: f64,
    /// Share of the columns each tree sees. Default 1.
    pub column_sample_by_tree: f64,
    /// Share of the tree's columns each node sees. Default 1.
    pub column_sample_by_node: f64,
    /// −1, 0 or 1 a column: predictions may not rise, are free, may not fall with it. Default
    /// empty: all are free.
    pub monotone: Vec<i8>,
    /// Rounds without a better validation loss after which training ends; 0: never. Default 0.
    pub patience: u32,
    /// What "better" means. Default: the loss.
    pub stop_on: StopOn,
    /// Default 0.
    pub seed: u64,
    /// Threads one training may use of the pool it runs in. The model does not depend on it.
    /// Default 1: many models side by side are faster than one on many threads.
    pub threads: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            objective: Objective::SquaredError,
            rounds: 200,
            learning_rate: 0.1,
            growth: Growth::DepthWise,
            max_depth: 6,
            max_leaves: 0,
            lambda: 1.0,
            alpha: 0.0,
            min_child_weight: 1.0,
            min_gain: 0.0,
            max_bins: 256,
            row_sample: 1.0,
            column_sample_by_tree: 1.0,
            column_sample_by_node: 1.0,
            monotone: Vec::new(),
            patience: 0,
            stop_on: StopOn::Loss,
            seed: 0,
            threads: 1,
        }
    }
}

/// [`Params`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster(Params);

impl Booster {
    pub fn params(&self) -> &Params {
        &self.0
    }
}

/// A parameter that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is `{value}`, but it must be {must}")]
pub struct BadParam {
    pub name: &'static str,
    pub value: String,
    pub must: &'static str,
}

/// Deeper trees would have more nodes than rows can be numbered.
const MAX_DEPTH: u32 = 24;
const MAX_LEAVES: u32 = 1 << 16;

impl Params {
    /// All faults at once.
    pub fn check(self) -> Result<Booster, Vec<BadParam>> {
        let mut faults = Faults(Vec::new());
        self.check_tree(&mut faults);
        let share = |x: f64| x > 0.0 && x <= 1.0;
        let shares = [
            ("row_sample", self.row_sample),
            ("column_sample_by_tree", self.column_sample_by_tree),
            ("column_sample_by_node", self.column_sample_by_node),
        ];
        for (name, value) in shares {
            faults.require(share(value), name, value, "above 0 and at most 1");
        }
        let rate = self.learning_rate;
        faults.require(share(rate), "learning_rate", rate, "above 0 and at most 1");
        faults.require(self.rounds > 0, "rounds", self.rounds, "at least 1");
        faults.require(self.threads > 0, "threads", self.threads, "at least 1");
        match self.objective {
            Objective::Quantile { alpha } => {
                let fine = alpha > 0.0 && alpha < 1.0;
                faults.require(fine, "objective.alpha", alpha, "between 0 and 1");
                // Its leaves are quantiles of residuals, which no bound on gradients orders.
                let free = self.monotone.iter().all(|sign| *sign == 0);
                faults.require(free, "monotone", "set", "empty for the quantile objective");
            }
            Objective::Huber { slope } => {
                let fine = slope > 0.0 && slope.is_finite();
                faults.require(fine, "objective.slope", slope, "above 0 and finite");
            }
            Objective::SquaredError | Objective::Logistic => {}
        }
        if faults.0.is_empty() { Ok(Booster(self)) } else { Err(faults.0) }
    }

    fn check_tree(&self, faults: &mut Faults) {
        let depth = self.max_depth;
        faults.require((1..=MAX_DEPTH).contains(&depth), "max_depth", depth, "from 1 to 24");
        let leaves = self.max_leaves;
        let few = leaves == 0 || (2..=MAX_LEAVES).contains(&leaves);
        faults.require(few, "max_leaves", leaves, "0, or from 2 to 65536");
        let bins = self.max_bins;
        faults.require((3..=256).contains(&bins), "max_bins", bins, "from 3 to 256");
        let penalties = [
            ("lambda", self.lambda),
            ("alpha", self.alpha),
            ("min_child_weight", self.min_child_weight),
            ("min_gain", self.min_gain),
        ];
        for (name, value) in penalties {
            let fine = value >= 0.0 && value.is_finite();
            faults.require(fine, name, value, "finite and not negative");
        }
        let odd = self.monotone.iter().find(|sign| !(-1..=1).contains(*sign));
        faults.require(odd.is_none(), "monotone", odd.unwrap_or(&0), "-1, 0 or 1 a column");
    }
}

struct Faults(Vec<BadParam>);

impl Faults {
    fn require<T: Display>(
        &mut self,
        fine: bool,
        name: &'static str,
        value: T,
        must: &'static str,
    ) {
        if !fine {
            self.0.push(BadParam { name, value: value.to_string(), must });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once() {
        let bad = Params { max_depth: 0, lambda: -1.0, monotone: vec![0, 2], ..Params::default() };
        let names: Vec<_> = bad.check().unwrap_err().iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["max_depth", "lambda", "monotone"]);
        let bad = Params { row_sample: f64::NAN, rounds: 0, ..Params::default() };
        let told: Vec<_> = bad.check().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(told[0], "`row_sample` is `NaN`, but it must be above 0 and at most 1");
        assert_eq!(told[1], "`rounds` is `0`, but it must be at least 1");
        let bad = Params { objective: Objective::Quantile { alpha: 1.0 }, ..Params::default() };
        assert_eq!(bad.check().unwrap_err()[0].name, "objective.alpha");
    }

    #[test]
    fn what_is_left_out_has_its_default_and_what_is_unknown_is_refused() {
        let text = r#"{"objective":{"quantile":{"alpha":0.9}},"max_depth":3,"growth":"leaf_wise"}"#;
        let params: Params = serde_json::from_str(text).unwrap();
        assert_eq!(params.objective, Objective::Quantile { alpha: 0.9 });
        assert_eq!((params.max_depth, params.rounds, params.growth), (3, 200, Growth::LeafWise));
        assert!(serde_json::from_str::<Params>(r#"{"depth":3}"#).is_err());
        assert!(params.check().is_ok());
    }
}
