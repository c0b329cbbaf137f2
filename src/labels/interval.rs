//! The stretch of time a label depends on.

use crate::units::Ts;

/// From the decision (`t0`) to the last price the label looked at (`t1`); both ends belong to it.
///
/// A label without a value has `t1 = t0`: it looked at nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub t0: Ts,
    pub t1: Ts,
}

impl Interval {
    /// Whether the two share an instant, be it only one: a label that exits at the very price
    /// another decision is made on counts as an overlap. Every purge uses this meaning.
    pub fn touches(self, other: Self) -> bool {
        self.t0 <= other.t1 && other.t0 <= self.t1
    }

    /// The shortest interval that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { t0: self.t0.min(other.t0), t1: self.t1.max(other.t1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(t0: i64, t1: i64) -> Interval {
        Interval { t0: Ts(t0), t1: Ts(t1) }
    }

    #[test]
    fn a_shared_instant_is_an_overlap_both_ways() {
        assert!(interval(0, 5).touches(interval(5, 9)));
        assert!(interval(5, 9).touches(interval(0, 5)));
        assert!(interval(0, 9).touches(interval(3, 4)));
        assert!(!interval(0, 4).touches(interval(5, 9)));
        assert!(!interval(5, 9).touches(interval(0, 4)));
    }

    #[test]
    fn a_hull_holds_both() {
        assert_eq!(interval(3, 4).hull(interval(8, 9)), interval(3, 9));
    }
}
