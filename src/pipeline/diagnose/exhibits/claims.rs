//! Whether what is claimed comes true: expectations and intervals.

use super::curves::Panels;
use super::estimates::{HAC, WILSON, ahead, bars, estimate, percent_over, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::OfHorizon;
use crate::report::diagnose;
use crate::report::diagnose::coverage::{Coverage, Held};
use crate::report::diagnose::quantiles::Quantile;
use crate::report::plot::{
    Bins, Chart, GroupedBars, Reliability, ReliabilityBin, ReliabilitySeries, Titles,
};

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let horizons = &of.tables.horizons;
    vec![
        Draft {
            name: "calibration",
            heading: "Calibration",
            how_to_read: "Expected bps to the right, what came of them upwards: good lies on the \
                          dashed line, flatter claims too much, steeper too little.",
            chart: Box::new(calibration(horizons, &of.subject)),
        },
        Draft {
            name: "coverage",
            heading: "Coverage of the intervals",
            how_to_read: "How many returns fell inside their intervals, less what was promised, in \
                          calm and wild times: good is near 0 everywhere, below 0 promises too much.",
            chart: Box::new(coverage(horizons, &of.subject)),
        },
    ]
}

/// A panel for each horizon: they expect moves of very different sizes.
fn calibration(horizons: &[OfHorizon], subject: &str) -> Panels {
    let known = horizons.iter().filter(|of| of.claims.is_calibrated.is_some()).count();
    let well = horizons.iter().filter(|of| of.claims.is_calibrated == Some(true)).count();
    let finding = match known {
        0 => "No horizon expects enough to say whether it comes true.".to_owned(),
        known => format!(
            "At {well} of {known} horizons both slope 1 and intercept 0 are within their intervals."
        ),
    };
    let panel = |of: &OfHorizon| -> Box<dyn Chart> { Box::new(reliability(of)) };
    Panels {
        titles: Titles::new(format!("Expected against realised returns. {subject}"), finding),
        n_columns: None,
        panels: horizons.iter().map(panel).collect(),
    }
}

fn reliability(of: &OfHorizon) -> Reliability {
    let bin = |bin: &Quantile| ReliabilityBin {
        predicted: bin.mean_predicted,
        realised: estimate(&bin.outcome_bps),
    };
    let bins = of.claims.bins.iter().map(bin).collect();
    let spread = of.claims.expected_bps.as_ref();
    let predictions = spread.map_or_else(
        || Bins { edges: vec![0.0], counts: Vec::new() },
        |spread| Bins { edges: spread.edges.clone(), counts: spread.counts.clone() },
    );
    let (slope, level) = (of.claims.slope, of.claims.intercept_bps);
    Reliability {
        titles: Titles::new(
            ahead(of.horizon),
            format!("Slope {}, intercept {} bps.", with_error(&slope), with_error(&level)),
        ),
        x_label: "expected return (bps), mean of a tenth".to_owned(),
        y_label: "realised return (bps)".to_owned(),
        series: vec![ReliabilitySeries { name: "realised".to_owned(), bins }],
        predictions,
        interval: HAC.to_owned(),
    }
}

fn with_error(found: &diagnose::Estimate) -> String {
    match (found.value, found.se_hac) {
        (Some(value), Some(error)) => format!("{value:.2} ± {error:.2}"),
        (Some(value), None) => format!("{value:.2}"),
        _ => "not known".to_owned(),
    }
}

const THIRDS: [&str; 3] = ["calmest third", "middle third", "wildest third"];

fn coverage(horizons: &[OfHorizon], subject: &str) -> GroupedBars {
    let promised = horizons.first().map_or(0.0, |of| 100.0 * of.coverage.promised);
    let of = |name: &str, pick: &dyn Fn(&Coverage) -> Held| {
        let over = |of: &OfHorizon| percent_over(promised, &pick(&of.coverage).held);
        series(name, horizons.iter().map(over).collect())
    };
    let mut all = vec![of("all", &|coverage| coverage.all)];
    let thirds = THIRDS.iter().enumerate();
    all.extend(thirds.map(|(at, name)| of(name, &|coverage| coverage.by_volatility[at])));
    let kept = horizons.iter().filter(|of| of.coverage.all.is_as_promised == Some(true)).count();
    let finding = format!(
        "{kept} of {} horizons keep what they promise overall, within chance. Thirds by the \
         volatility of the bars before.",
        horizons.len()
    );
    bars(
        Titles::new(format!("Coverage of the {promised:.0} % intervals. {subject}"), finding),
        ("bars ahead", "returns inside, less what was promised (percentage points)"),
        horizons.iter().map(|of| of.horizon.to_string()).collect(),
        (all, WILSON),
    )
}

#[cfg(test)]
mod tests {
    use super::super::made_up::horizon;
    use super::*;

    #[test]
    fn a_panel_shows_what_came_of_each_tenth_and_names_the_slope() {
        let of = horizon(3);
        let chart = reliability(&of);
        let bins = &chart.series[0].bins;
        assert_eq!(
            (bins.len(), chart.predictions.counts.len()),
            (10, chart.predictions.edges.len() - 1)
        );
        assert!(bins.windows(2).all(|pair| pair[0].predicted < pair[1].predicted));
        // Claimed twice of what comes.
        let last = bins[9];
        assert!((last.realised.value / last.predicted - 0.5).abs() < 0.1, "{last:?}");
        let (low, high) = last.realised.interval.unwrap();
        assert!(low < last.realised.value && last.realised.value < high);
        assert!(chart.titles.finding.starts_with("Slope 0.48 ± 0.02"), "{}", chart.titles.finding);
        let all = calibration(&[of], "X");
        assert!(all.titles.finding.starts_with("At 0 of 1 horizons"), "{}", all.titles.finding);
    }

    #[test]
    fn coverage_is_told_against_what_was_promised() {
        let of = horizon(3);
        let chart = coverage(std::slice::from_ref(&of), "X");
        assert_eq!((chart.groups.as_slice(), chart.series.len()), (&["3".to_owned()][..], 4));
        let rate = of.coverage.all.held.rate.unwrap();
        assert!((chart.series[0].values[0].value - (100.0 * rate - 90.0)).abs() < 1e-9);
        assert!(chart.series[0].values[0].value < -15.0);
        assert!(chart.titles.finding.starts_with("0 of 1 horizons"));
    }
}
