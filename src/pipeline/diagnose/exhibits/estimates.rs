//! Numbers with intervals, as charts want them.

use crate::report::diagnose::{self, Rate};
use crate::report::plot::{BarSeries, Estimate, GroupedBars, Titles};

pub const HAC: &str = "95 % interval, HAC";
pub const WILSON: &str =
    "95 % interval, Wilson, of the effective rows: what overlapping rows are worth";

pub fn estimate(found: &diagnose::Estimate) -> Estimate {
    let interval = found.band_hac.map(|[low, high]| (low, high));
    Estimate { value: found.value.unwrap_or(f64::NAN), interval }
}

pub fn plain(value: Option<f64>) -> Estimate {
    Estimate { value: value.unwrap_or(f64::NAN), interval: None }
}

/// In percent, less `level`.
pub fn percent_over(level: f64, rate: &Rate) -> Estimate {
    let over = |share: f64| 100.0 * share - level;
    let band = rate.wilson_effective.or(rate.wilson);
    let interval = band.map(|[low, high]| (over(low), over(high)));
    Estimate { value: rate.rate.map_or(f64::NAN, over), interval }
}

pub fn series(name: &str, values: Vec<Estimate>) -> BarSeries {
    BarSeries { name: name.to_owned(), values }
}

/// Bars over named groups.
pub fn bars(
    titles: Titles,
    (x_label, y_label): (&str, &str),
    groups: Vec<String>,
    (series, interval): (Vec<BarSeries>, &str),
) -> GroupedBars {
    let (x_label, y_label) = (x_label.to_owned(), y_label.to_owned());
    GroupedBars {
        titles,
        x_label,
        y_label,
        groups,
        series,
        interval: interval.to_owned(),
        with_values: false,
        left_letters: 0.0,
    }
}

pub fn ahead(bars: u32) -> String {
    if bars == 1 { "1 bar ahead".to_owned() } else { format!("{bars} bars ahead") }
}

/// Thousands apart.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let parts = digits.as_bytes().rchunks(3).rev();
    parts.filter_map(|part| std::str::from_utf8(part).ok()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_share_is_told_against_its_level_at_the_draws_it_is_worth() {
        let rate = Rate {
            rate: Some(0.75),
            wilson: Some([0.7, 0.8]),
            wilson_effective: Some([0.5, 1.0]),
            ..Rate::default()
        };
        let found = percent_over(50.0, &rate);
        assert_eq!((found.value, found.interval), (25.0, Some((0.0, 50.0))));
        assert!(percent_over(50.0, &Rate::default()).value.is_nan());
    }
}
