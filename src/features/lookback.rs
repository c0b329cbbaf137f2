//! How much past a value rests on.

use std::fmt;

/// The share of a recursive smoother's start that may still be in a value called settled. An
/// exponential average forgets its seed by `(1 − alpha)` a bar, and the seed was a price a few bars'
/// moves away: a ten-thousandth of that is far below what the next bar changes, with room for chains of
/// smoothers and for starts in wild times.
pub const SETTLED: f64 = 1e-4;

/// The number of bars before a bar that its value rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lookback {
    pub bars: u64,
    /// Rests on the first bar of the history for ever besides, such as a running total.
    pub unbounded: bool,
}

impl Lookback {
    pub const NONE: Self = Self::bars(0);
    pub const UNBOUNDED: Self = Self { bars: 0, unbounded: true };

    pub const fn bars(bars: u64) -> Self {
        Self { bars, unbounded: false }
    }

    /// A recursive smoother whose start fades by `per_bar`: bars until [`SETTLED`] is left.
    pub fn fading(per_bar: f64) -> Self {
        if per_bar <= 0.0 {
            return Self::NONE;
        }
        Self::bars((libm::log(SETTLED) / libm::log(per_bar)).ceil() as u64)
    }

    /// Whichever is longer: of what several inputs look back.
    #[must_use]
    pub fn or_longer(self, other: Self) -> Self {
        Self { bars: self.bars.max(other.bars), unbounded: self.unbounded || other.unbounded }
    }

    /// This, on top of what its inputs look back.
    #[must_use]
    pub fn then(self, own: Self) -> Self {
        let bars = self.bars.saturating_add(own.bars);
        Self { bars, unbounded: self.unbounded || own.unbounded }
    }

    /// In bars `ratio` times shorter, seen from any of them: the last closed higher bar may have
    /// closed `ratio − 1` bars ago, and the first one after a start in its middle does not count.
    /// Markets that close have fewer bars in a longer one, so for them this is on the safe side.
    #[must_use]
    pub fn in_finer_bars(self, ratio: u64) -> Self {
        Self { bars: (self.bars.saturating_add(3)).saturating_mul(ratio) - 2, ..self }
    }

    /// The bars at the head of a history for which a value is not settled.
    pub fn warm_up(self) -> usize {
        usize::try_from(self.bars).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for Lookback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unbounded { f.pad("all") } else { f.pad(&self.bars.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fading_start_is_settled_when_a_ten_thousandth_is_left() {
        // 0.5^14 = 0.000061, 0.5^13 = 0.000122
        assert_eq!(Lookback::fading(0.5), Lookback::bars(14));
        assert_eq!(Lookback::fading(0.0), Lookback::NONE);
    }

    #[test]
    fn lookbacks_add_up_along_a_chain() {
        let chain = Lookback::bars(3).then(Lookback::bars(4));
        assert_eq!(chain, Lookback::bars(7));
        let for_ever = chain.then(Lookback::UNBOUNDED);
        assert!(for_ever.unbounded);
        assert_eq!(for_ever.warm_up(), 7);
        assert_eq!(for_ever.or_longer(Lookback::bars(9)).warm_up(), 9);
    }
}
