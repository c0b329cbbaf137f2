//! Where bars are missing.

use crate::market::Timeframe;
use crate::units::Ts;

/// How many bars are missing between each row and the next; nothing is missing after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps(Vec<u32>);

impl Gaps {
    /// A market that never closes: whatever is not there is missing.
    pub fn round_the_clock(ts: &[Ts], timeframe: Timeframe) -> Self {
        let missing = |pair: &[Ts]| {
            let steps = (pair[1].0 - pair[0].0) / timeframe.us();
            u32::try_from(steps - 1).unwrap_or(u32::MAX)
        };
        let mut after: Vec<u32> = ts.windows(2).map(missing).collect();
        after.resize(ts.len(), 0);
        Self(after)
    }

    /// Counted by somebody who knows when the market is closed: one number a row.
    pub fn counted(missing_after: Vec<u32>) -> Self {
        Self(missing_after)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For each row the first row at or after it that is followed by more than `max_bars` missing
    /// ones, or `usize::MAX`. The stretch from row `i` to row `j` crosses such a gap exactly if
    /// entry `i` is below `j`: one look for any horizon.
    pub(super) fn next_wider_than(&self, max_bars: u32) -> Vec<usize> {
        let mut next = vec![usize::MAX; self.0.len()];
        let mut nearest = usize::MAX;
        for (i, &missing) in self.0.iter().enumerate().rev() {
            if missing > max_bars {
                nearest = i;
            }
            next[i] = nearest;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MINUTE_US;

    #[test]
    fn missing_bars_are_counted_between_the_rows() {
        let ts = [0, 5, 10, 25, 30].map(|m| Ts(m * MINUTE_US));
        assert_eq!(Gaps::round_the_clock(&ts, Timeframe::M5), Gaps(vec![0, 0, 2, 0, 0]));
        assert!(Gaps::round_the_clock(&[], Timeframe::M5).is_empty());
    }

    #[test]
    fn only_a_gap_wider_than_tolerated_interrupts() {
        let gaps = Gaps::counted(vec![0, 1, 0, 2, 0]);
        let never = usize::MAX;
        assert_eq!(gaps.next_wider_than(0), [1, 1, 3, 3, never]);
        assert_eq!(gaps.next_wider_than(1), [3, 3, 3, 3, never]);
        assert_eq!(gaps.next_wider_than(2), [never; 5]);
    }
}
