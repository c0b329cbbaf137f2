//! Watched rows: what their predictions are worth after each round, and so when to stop.

use serde::{Deserialize, Serialize};

use crate::stats;

/// What tells when to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopOn {
    /// The loss that is trained on.
    #[default]
    Loss,
    /// The correlation of margins with the ranks of the targets, the better the higher. Where nearly
    /// all of a target is noise, the loss is least after a round or two, when predictions are still
    /// of the right size; their order goes on getting better, and size is what calibration is for.
    Correlation,
}

/// The targets of the watched rows as ranks from −1 to 1, so that one wild return is no more than
/// the greatest.
pub fn centred_ranks(targets: impl Iterator<Item = f32>) -> Vec<f64> {
    let targets: Vec<f64> = targets.map(f64::from).collect();
    let half = (targets.len() as f64 + 1.0) / 2.0;
    stats::ranks(&targets).iter().map(|rank| (rank - half) / half).collect()
}

/// 1 − the correlation of `margins` with `ranks`; 1 where either does not vary.
pub fn discord(margins: impl Iterator<Item = f32> + Clone, ranks: &[f64]) -> f64 {
    let n = ranks.len() as f64;
    let mean = margins.clone().map(f64::from).sum::<f64>() / n;
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    for (margin, rank) in margins.zip(ranks) {
        let centred = f64::from(margin) - mean;
        both += centred * rank;
        own += centred * centred;
        other += rank * rank;
    }
    let spread = (own * other).sqrt();
    if spread > 0.0 { 1.0 - both / spread } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_centred_and_discord_is_one_less_the_correlation() {
        let ranks = centred_ranks([5.0, -1e9, 7.0].into_iter());
        assert_eq!(ranks, [0.0, -0.5, 0.5]);
        assert!((discord([1.0, 0.0, 2.0].into_iter(), &ranks)).abs() < 1e-12);
        assert!((discord([1.0, 2.0, 0.0].into_iter(), &ranks) - 2.0).abs() < 1e-12);
        assert_eq!(discord([3.0; 3].into_iter(), &ranks), 1.0);
    }
}
