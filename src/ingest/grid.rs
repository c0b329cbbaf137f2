//! How far bars are apart.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::market::{Symbol, Timeframe};
use crate::units::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Ts, WEEK_US};

/// The most common distance between neighbours in time, the shorter of equally common ones; `None` where
/// there are no two times, or where that distance is no timeframe.
pub fn infer_timeframe(ts: &[Ts]) -> Option<Timeframe> {
    let (distance, _) = commonest(&distances(ts))?;
    timeframe_of(distance)
}

/// As [`infer_timeframe`], and what to do where that fails.
pub fn told_by_bars(symbol: &Symbol, ts: &[Ts]) -> Result<Timeframe, Failure> {
    infer_timeframe(ts).ok_or_else(|| {
        Failure::user(format!("the timeframe of `{symbol}` cannot be told from its bars"))
            .hint("`--timeframe 5m`, or what it is")
    })
}

/// A timeframe given is believed unless it cannot be that of the times: bars are closer, or off its
/// grid, or all on the grid of a longer one. Bars may be missing, whatever distance is then the most
/// common; a few far apart prove nothing.
pub fn check_timeframe(ts: &[Ts], given: Timeframe) -> Result<(), Failure> {
    const FEW: usize = 8;
    let distances = distances(ts);
    let Some((commonest, _)) = commonest(&distances) else { return Ok(()) };
    let step = distances.keys().copied().fold(0, gcd);
    let is_few = distances.values().sum::<usize>() < FEW;
    let distance = if commonest % given.us() != 0 {
        commonest
    } else if step > given.us() && step % given.us() == 0 && !is_few {
        step
    } else {
        return Ok(());
    };
    let found = timeframe_of(distance).map_or(format!("{distance} µs"), |t| t.to_string());
    Err(Failure::user(format!("the bars are `{found}` apart, not `{given}`")).hint(
        format!("`--timeframe {found}`, or leave it away; to make longer bars of them use `edgewalk data resample`"),
    ))
}

/// Of neighbours in time: whether the file has them in that order is another question.
fn distances(ts: &[Ts]) -> BTreeMap<i64, usize> {
    let mut sorted = Vec::new();
    let ts = if ts.is_sorted() {
        ts
    } else {
        sorted.extend_from_slice(ts);
        sorted.sort_unstable();
        &sorted
    };
    let mut counts = BTreeMap::new();
    // Looked up run by run: nearly all distances are that of the bar before.
    let (mut run, mut n_run) = (0, 0);
    for pair in ts.windows(2) {
        let distance = pair[1].0.checked_sub(pair[0].0).unwrap_or(0);
        if distance != run {
            *counts.entry(run).or_insert(0) += n_run;
            (run, n_run) = (distance, 0);
        }
        n_run += 1;
    }
    *counts.entry(run).or_insert(0) += n_run;
    // No distance at all: a repetition, or further than can be told.
    counts.remove(&0);
    counts
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn commonest(distances: &BTreeMap<i64, usize>) -> Option<(i64, usize)> {
    let most = distances.values().max()?;
    distances.iter().find(|(_, n)| *n == most).map(|(distance, n)| (*distance, *n))
}

fn timeframe_of(us: i64) -> Option<Timeframe> {
    let units = [("w", WEEK_US), ("d", DAY_US), ("h", HOUR_US), ("m", MINUTE_US), ("s", SECOND_US)];
    let (name, unit) = units.iter().find(|(_, unit)| us % unit == 0)?;
    format!("{}{name}", us / unit).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(at: &[i64]) -> Vec<Ts> {
        at.iter().map(|m| Ts(m * MINUTE_US)).collect()
    }

    #[test]
    fn the_most_common_distance_is_the_timeframe() {
        let infer = |at: &[i64]| infer_timeframe(&minutes(at));
        assert_eq!(infer(&[0, 5, 10, 90, 95]), Some(Timeframe::M5));
        assert_eq!(infer(&[10, 5, 0]), Some(Timeframe::M5));
        assert_eq!(infer(&[0, 20, 10, 30, 5, 25, 15]), Some(Timeframe::M5), "shuffled");
        assert_eq!(infer(&[0, 5, 5, 5, 5, 10]), Some(Timeframe::M5));
        assert_eq!(infer(&[0, 15, 20]), Some(Timeframe::M5));
        assert_eq!(infer(&[0, 7 * 24 * 60]), Some("1w".parse().unwrap()));
        assert_eq!(infer(&[3]), None);
        assert_eq!(infer_timeframe(&[Ts(0), Ts(250_000)]), None);
        assert_eq!(infer_timeframe(&[Ts(i64::MIN), Ts(i64::MAX)]), None);
    }

    #[test]
    fn a_timeframe_that_is_not_that_of_the_bars_is_refused() {
        let steady: Vec<i64> = (0..20).map(|i| i * 5).collect();
        let check = |at: &[i64], given: &str| check_timeframe(&minutes(at), given.parse().unwrap());
        assert!(check(&steady, "5m").is_ok());
        let message = |given| check(&steady, given).unwrap_err().message;
        assert_eq!(message("1m"), "the bars are `5m` apart, not `1m`");
        assert_eq!(message("1h"), "the bars are `5m` apart, not `1h`");
        assert!(check(&[0, 10], "5m").is_ok(), "one bar is missing");
        assert!(check(&[0, 2, 4, 6, 8, 9, 11, 13, 15, 17, 19], "1m").is_ok(), "thinly traded");
        let thin = [0, 10, 20, 30, 40, 55, 65, 75, 85, 95, 110];
        assert!(check(&thin, "5m").is_ok(), "no two bars side by side, yet all on its grid");
        let mut shuffled = steady.clone();
        shuffled.rotate_left(7);
        shuffled.swap(0, 12);
        assert!(check(&shuffled, "5m").is_ok(), "order is another question");
    }
}
