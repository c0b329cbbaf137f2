//! Which higher-timeframe bar may be looked at from a bar.

use super::Timeframe;
use crate::units::Ts;

/// For each base bar the index of the latest higher bar that has closed by the base bar's own close;
/// `None` while none has. An unfinished bar is never shown. Both lists of opening times ascend.
pub fn align(
    base: &[Ts],
    base_timeframe: Timeframe,
    higher: &[Ts],
    higher_timeframe: Timeframe,
) -> Vec<Option<usize>> {
    let mut n_closed = 0;
    let latest = |ts: &Ts| {
        let known_at = ts.plus_us(base_timeframe.us());
        let closes = |open: &Ts| open.plus_us(higher_timeframe.us());
        n_closed += higher[n_closed..].iter().take_while(|open| closes(open) <= known_at).count();
        n_closed.checked_sub(1)
    };
    base.iter().map(latest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MINUTE_US;
    use proptest::prelude::*;

    fn minutes(of: &[i64]) -> Vec<Ts> {
        of.iter().map(|m| Ts(m * MINUTE_US)).collect()
    }

    #[test]
    fn a_bar_sees_the_higher_bar_that_closes_with_it_and_none_that_is_unfinished() {
        let base = minutes(&[0, 5, 10, 15, 20, 25, 40]);
        let higher = minutes(&[0, 15, 30]);
        let seen = align(&base, Timeframe::M5, &higher, Timeframe::M15);
        // The bar of minute 10 closes at 15, as the first higher bar does.
        assert_eq!(seen, [None, None, Some(0), Some(0), Some(0), Some(1), Some(2)]);
    }

    proptest! {
        #[test]
        fn what_is_shown_has_closed_and_is_the_latest_that_has(
            base_gaps in prop::collection::vec(1_i64..40, 0..60),
            higher_gaps in prop::collection::vec(1_i64..6, 0..30),
        ) {
            let running = |gaps: &[i64], step: i64| -> Vec<Ts> {
                let ends = gaps.iter().scan(0, |sum, gap| { *sum += gap * step; Some(*sum) });
                minutes(&ends.collect::<Vec<_>>())
            };
            let (base, higher) = (running(&base_gaps, 5), running(&higher_gaps, 60));
            let seen = align(&base, Timeframe::M5, &higher, Timeframe::H1);
            prop_assert_eq!(seen.len(), base.len());
            for (ts, seen) in base.iter().zip(seen) {
                let closed = |open: &Ts| open.0 + Timeframe::H1.us() <= ts.0 + Timeframe::M5.us();
                prop_assert_eq!(seen, higher.iter().rposition(closed));
            }
        }
    }
}
