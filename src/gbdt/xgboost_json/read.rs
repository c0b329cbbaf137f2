//! Reading: nothing is believed that a prediction relies on.

use serde_json::Value;

use super::super::{GbdtFault, Model, Objective, Tree};
use super::place::Place;

pub(super) fn read(bytes: &[u8]) -> Result<Model, GbdtFault> {
    let json: Value =
        serde_json::from_slice(bytes).map_err(|error| GbdtFault::NotJson(error.to_string()))?;
    let learner = Place::root(&json).get("learner")?;
    let objective = objective(&learner.get("objective")?)?;
    let shared = learner.get("learner_model_param")?;
    for key in ["num_class", "num_target"] {
        if let Some(outputs) = shared.find(key)
            && outputs.whole()? > 1
        {
            return Err(outputs.fault("is above 1, but one output is all that is known here"));
        }
    }
    let base_score = base_score(&shared.get("base_score")?, objective)?;
    let n_columns = columns(&shared.get("num_feature")?)?;
    let names = names(&learner, n_columns)?;
    let booster = learner.get("gradient_booster")?;
    let kind = booster.get("name")?;
    if kind.text()? != "gbtree" {
        return Err(kind.fault(format!("is `{:.40}`; only `gbtree` is known", kind.text()?)));
    }
    let trees = booster.get("model")?.get("trees")?.items()?;
    let trees = trees.iter().map(|tree| read_tree(tree, n_columns)).collect::<Result<_, _>>()?;
    Ok(Model { objective, base_score, names, trees })
}

/// More columns than this no table of ours has; and a file cannot ask for more memory than it has.
const MAX_COLUMNS: i64 = 1 << 20;

fn columns(place: &Place<'_>) -> Result<usize, GbdtFault> {
    match place.whole()? {
        n @ 1..=MAX_COLUMNS => Ok(n as usize),
        _ => Err(place.fault("is not from 1 to 1048576")),
    }
}

fn objective(place: &Place<'_>) -> Result<Objective, GbdtFault> {
    let name = place.get("name")?;
    match name.text()? {
        "reg:squarederror" | "reg:linear" => Ok(Objective::SquaredError),
        "binary:logistic" | "reg:logistic" => Ok(Objective::Logistic),
        "reg:pseudohubererror" => {
            let at = place.get("pseudo_huber_param")?.get("huber_slope")?;
            let slope = at.number()?;
            if slope > 0.0 && slope.is_finite() {
                Ok(Objective::Huber { slope })
            } else {
                Err(at.fault("is not above 0"))
            }
        }
        "reg:quantileerror" => {
            let at = place.get("quantile_loss_param")?.get("quantile_alpha")?;
            let alpha = at.number()?;
            if alpha > 0.0 && alpha < 1.0 {
                Ok(Objective::Quantile { alpha })
            } else {
                Err(at.fault("is not between 0 and 1"))
            }
        }
        other => Err(name.fault(format!("is `{other:.40}`, which is not known here"))),
    }
}

fn base_score(place: &Place<'_>, objective: Objective) -> Result<f32, GbdtFault> {
    let score = place.finite_f32()?;
    if objective == Objective::Logistic && !(score > 0.0 && score < 1.0) {
        return Err(place.fault("is no probability between 0 and 1"));
    }
    Ok(score)
}

/// Columns without names are called as XGBoost calls them: f0, f1, …
fn names(learner: &Place<'_>, n_columns: usize) -> Result<Vec<String>, GbdtFault> {
    let numbered = || (0..n_columns).map(|column| format!("f{column}")).collect();
    let Some(place) = learner.find("feature_names") else { return Ok(numbered()) };
    if place.items()?.is_empty() {
        return Ok(numbered());
    }
    place.list(n_columns, |name| Ok(name.text()?.to_owned()))
}

/// A tree as the file has it, its nodes in any order.
struct Filed {
    left: Vec<i64>,
    right: Vec<i64>,
    column: Vec<i64>,
    value: Vec<f32>,
    default_left: Vec<bool>,
    gain: Vec<f32>,
    cover: Vec<f32>,
    weight: Vec<f32>,
}

fn read_tree(place: &Place<'_>, n_columns: usize) -> Result<Tree, GbdtFault> {
    let left = place.get("left_children")?;
    let n = left.items()?.len();
    if let Some(kinds) = place.find("split_type")
        && kinds.list(n, Place::whole)?.iter().any(|kind| *kind != 0)
    {
        return Err(kinds.fault("has a categorical split, which is not known here"));
    }
    let shape = place.get("tree_param")?;
    if let Some(size) = shape.find("size_leaf_vector")
        && size.whole()? > 1
    {
        return Err(size.fault("is above 1, but one output is all that is known here"));
    }
    let statistic = |key: &str| match place.find(key) {
        Some(list) => list.list(n, Place::finite_f32),
        None => Ok(vec![0.0; n]),
    };
    let filed = Filed {
        left: left.list(n, Place::whole)?,
        right: place.get("right_children")?.list(n, Place::whole)?,
        column: place.get("split_indices")?.list(n, Place::whole)?,
        value: place.get("split_conditions")?.list(n, Place::finite_f32)?,
        default_left: place.get("default_left")?.list(n, Place::flag)?,
        gain: statistic("loss_changes")?,
        cover: statistic("sum_hessian")?,
        weight: statistic("base_weights")?,
    };
    filed.arrange(place, n_columns)
}

impl Filed {
    /// Nodes renumbered from the root down, so that children lie side by side and after their
    /// parent. What the root does not lead to (pruned nodes) is left out.
    fn arrange(&self, place: &Place<'_>, n_columns: usize) -> Result<Tree, GbdtFault> {
        let n = self.left.len();
        if n == 0 {
            return Err(place.fault("has no nodes"));
        }
        let mut seen = vec![false; n];
        seen[0] = true;
        let mut order = vec![0_usize];
        let mut tree = Tree::default();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            at += 1;
            let is_leaf = self.left[node] == -1 && self.right[node] == -1;
            let left = if is_leaf { 0 } else { order.len() as u32 };
            if !is_leaf {
                for child in [self.left[node], self.right[node]] {
                    let child = usize::try_from(child).ok().filter(|c| *c < n && !seen[*c]);
                    let Some(child) = child else {
                        return Err(place.fault(format!("has a wrong child below node {node}")));
                    };
                    seen[child] = true;
                    order.push(child);
                }
                if !(0..n_columns as i64).contains(&self.column[node]) {
                    return Err(place.fault(format!("splits node {node} on no column there is")));
                }
            }
            tree.left.push(left);
            tree.column.push(if is_leaf { 0 } else { self.column[node] as u32 });
            tree.value.push(self.value[node]);
            tree.default_left.push(!is_leaf && self.default_left[node]);
            tree.gain.push(if is_leaf { 0.0 } else { self.gain[node] });
            tree.cover.push(self.cover[node]);
            tree.weight.push(self.weight[node]);
        }
        Ok(tree)
    }
}
