//! How many outcomes the intervals held.

use serde::{Deserialize, Serialize};

use super::split::Interval;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub n_rows: usize,
    /// The part of outcomes inside.
    pub held: f64,
    pub mean_width: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageReport {
    pub overall: Coverage,
    /// The calmest third of the rows, the middle, the wildest.
    pub by_volatility: [Option<Coverage>; 3],
}

/// Over the rows that have an interval, an outcome and a scale; `None` where no row has.
pub fn coverage(
    intervals: &[Option<Interval>],
    outcome: &[f64],
    scale: &[f64],
) -> Option<CoverageReport> {
    let rows = intervals.iter().zip(outcome).zip(scale);
    let mut known: Vec<(f64, Interval, f64)> = rows
        .filter_map(|((interval, y), s)| {
            let interval = (*interval)?;
            (y.is_finite() && s.is_finite()).then_some((*s, interval, *y))
        })
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let third = |k: usize| count(&known[k * known.len() / 3..(k + 1) * known.len() / 3]);
    Some(CoverageReport { overall: count(&known)?, by_volatility: [third(0), third(1), third(2)] })
}

fn count(rows: &[(f64, Interval, f64)]) -> Option<Coverage> {
    let n_held = rows.iter().filter(|(_, interval, y)| interval.holds(*y)).count();
    let width: f64 = rows.iter().map(|(_, interval, _)| interval.width()).sum();
    let n = rows.len() as f64;
    (!rows.is_empty()).then(|| Coverage {
        n_rows: rows.len(),
        held: n_held as f64 / n,
        mean_width: width / n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_is_counted_by_third() {
        let interval = Some(Interval { low: -1.0, high: 1.0 });
        let outcome = [0.0, 5.0, 0.5, 1.0, 2.0, -3.0, f64::NAN, 0.0];
        let scale = [1.0, 6.0, 2.0, 3.0, 4.0, 5.0, 1.0, 1.0];
        let mut intervals = [interval; 8];
        intervals[7] = None;
        let report = coverage(&intervals, &outcome, &scale).unwrap();
        assert_eq!((report.overall.n_rows, report.overall.held), (6, 0.5));
        assert_eq!(report.by_volatility.map(|c| c.unwrap().held), [1.0, 0.5, 0.0]);
        assert_eq!(coverage(&[None], &[1.0], &[1.0]), None);
    }
}
