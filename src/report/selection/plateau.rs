//! Does a choice stand among good settings, or alone on a needle?

use crate::stats;

/// What the settings around a choice were worth where it was chosen: 1 as much as the choice itself,
/// as on a plateau; near 0 or below nothing, as around a needle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    /// Those that were tried.
    pub n_neighbours: u64,
    /// The mean of their scores over the choice's own.
    pub score: f64,
    /// The lowest of them over the choice's own.
    pub worst: f64,
}

impl Plateau {
    /// Neighbours without a score count as 0, the worth of not trading. `None` where there are no
    /// neighbours, or the choice's own score is not above 0, so that nothing can be a part of it.
    pub fn of(own: f64, around: &[Option<f64>]) -> Option<Self> {
        let scores: Vec<f64> = around.iter().map(|score| score.unwrap_or(0.0)).collect();
        let mean = stats::mean(&scores).filter(|_| own > 0.0)?;
        let worst = scores.iter().copied().fold(f64::INFINITY, f64::min);
        Some(Self { n_neighbours: around.len() as u64, score: mean / own, worst: worst / own })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_told_from_a_plateau() {
        let needle = Plateau::of(8.0, &[Some(-2.0), Some(1.0), None, Some(3.0)]);
        // (−2 + 1 + 0 + 3) / 4 = 0.5
        assert_eq!(needle, Some(Plateau { n_neighbours: 4, score: 0.0625, worst: -0.25 }));
        let plateau = Plateau::of(2.0, &[Some(1.5), Some(2.0)]);
        assert_eq!(plateau, Some(Plateau { n_neighbours: 2, score: 0.875, worst: 0.75 }));
    }

    #[test]
    fn neighbours_without_a_score_are_worth_nothing() {
        let found = Plateau::of(4.0, &[None, None]);
        assert_eq!(found, Some(Plateau { n_neighbours: 2, score: 0.0, worst: 0.0 }));
    }

    #[test]
    fn of_nothing_there_are_no_parts() {
        assert_eq!(Plateau::of(1.0, &[]), None);
        for own in [0.0, -1.0, f64::NAN] {
            assert_eq!(Plateau::of(own, &[Some(1.0)]), None);
        }
    }
}
