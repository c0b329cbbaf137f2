//! Inputs of the last window as the model sees them: what each adds to its predictions.

use super::decision::{Detector, Look};
use crate::learn::dataset::Dataset;
use crate::learn::explain::{Contributions, ExplainFault, Explainer, effective_rows, psi};
use crate::learn::training::HorizonModel;
use crate::stats;

/// One horizon's trees, and their columns' contributions to the training rows.
#[derive(Debug)]
pub(super) struct Shap {
    horizon: u32,
    explainer: Explainer,
    then: Contributions,
}

/// Rows explained at most, evenly spread: more would not move a distribution.
const MOST_ROWS: usize = 2_000;

impl Shap {
    /// `None` for a model that is no trees.
    pub fn new(
        data: &Dataset,
        model: &HorizonModel,
        rows: &[u32],
    ) -> Result<Option<Self>, ExplainFault> {
        let Some(trees) = model.model.trees() else { return Ok(None) };
        let explainer = Explainer::new(&trees)?;
        let then = explain(&explainer, data, rows)?;
        Ok(Some(Self { horizon: model.horizon, explainer, then }))
    }

    /// The mean over the columns of how far their contributions have moved, each counting by its
    /// share of the importance in training: a column that hardly does anything may move as it likes,
    /// and is among the first to do so, since what it does depends on few rows.
    pub fn look(
        &self,
        data: &Dataset,
        latest: &[u32],
        (level, least): (f64, f64),
    ) -> Result<Option<Look>, ExplainFault> {
        let now = explain(&self.explainer, data, latest)?;
        let places = 0..self.then.n_columns();
        let importance: Vec<f64> = places.clone().map(|at| self.then.mean_abs(at)).collect();
        let total: f64 = importance.iter().sum();
        let parts = places.filter(|at| importance[*at] > 0.0).filter_map(|at| {
            let moved = Moved::new([self.then.column(at), now.column(at)])?;
            Some((at, moved.times(importance[at] / total)))
        });
        let parts: Vec<(usize, Moved)> = parts.collect();
        let most = parts.iter().max_by(|a, b| a.1.psi.total_cmp(&b.1.psi));
        let Some((most, _)) = most else { return Ok(None) };
        let sum = |of: fn(&Moved) -> f64| parts.iter().map(|(_, moved)| of(moved)).sum::<f64>();
        let z = stats::normal_quantile(1.0 - level).unwrap_or(0.0);
        let (statistic, chance) = (sum(|m| m.psi), sum(|m| m.expected) + z * sum(|m| m.sd));
        let threshold = chance.max(least);
        Ok(Some(Look {
            detector: Detector::Shap,
            column: Some(self.then.names()[*most].clone()),
            horizon: Some(self.horizon),
            statistic,
            threshold,
            is_alarm: statistic > threshold,
        }))
    }
}

/// How far one column's contributions are from those in training, and what chance makes of it: the
/// index is `(1/n + 1/m)` times a χ² of bins − 1 degrees of freedom (Yurdakul 2018, "Statistical
/// properties of population stability index", ch. 3), n and m counted in independent rows. Columns
/// move together, with the market's volatility; so deviations add up like the indices.
struct Moved {
    psi: f64,
    expected: f64,
    sd: f64,
}

/// Bins of the index, as is customary.
const MOST_BINS: usize = 10;
/// Independent rows a bin should have at least, twice the five that χ² is said to need.
const ROWS_A_BIN: f64 = 10.0;

impl Moved {
    /// Then and now. `None` where both are the same constant.
    fn new(windows: [&[f64]; 2]) -> Option<Self> {
        // A constant tells nothing of how rows depend on each other: it is worth, by the row, what
        // the other window is.
        let known = windows.map(|window| effective_rows(window).map(|n| n / window.len() as f64));
        let rate = |at: usize| known[at].or(known[1 - at]).unwrap_or(1.0);
        let rows = [0, 1].map(|at| (windows[at].len() as f64 * rate(at)).max(1.0));
        let n_bins = ((rows[0].min(rows[1]) / ROWS_A_BIN) as usize).clamp(2, MOST_BINS);
        let index = psi(windows[0], windows[1], n_bins)?;
        let (freedom, noise) = ((index.n_bins - 1) as f64, 1.0 / rows[0] + 1.0 / rows[1]);
        let sd = (2.0 * freedom).sqrt() * noise;
        Some(Self { psi: index.value, expected: freedom * noise, sd })
    }

    fn times(self, share: f64) -> Self {
        let Self { psi, expected, sd } = self;
        Self { psi: share * psi, expected: share * expected, sd: share * sd }
    }
}

fn explain(
    explainer: &Explainer,
    data: &Dataset,
    rows: &[u32],
) -> Result<Contributions, ExplainFault> {
    let step = rows.len().div_ceil(MOST_ROWS).max(1);
    let rows: Vec<u32> = rows.iter().copied().step_by(step).collect();
    let view = data.view(0..data.n_rows()).named(explainer.names());
    explainer.explain_list(&view.matrix()?, &rows)
}
