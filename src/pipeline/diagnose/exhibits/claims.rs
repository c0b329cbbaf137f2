//! Whether what is claimed comes true: expectations and intervals.

use super::estimates::{WILSON, bars, estimate, percent_over, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::{OfHorizon, clearest};
use crate::report::diagnose::coverage::{Coverage, Held};
use crate::report::plot::{
    Bins, GroupedBars, Reliability, ReliabilityBin, ReliabilitySeries, Titles,
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

fn calibration(horizons: &[OfHorizon], subject: &str) -> Reliability {
    let bin = |bin: &crate::report::diagnose::quantiles::Quantile| ReliabilityBin {
        predicted: bin.mean_predicted,
        realised: estimate(&bin.outcome_bps),
    };
    let curve = |of: &OfHorizon| ReliabilitySeries {
        name: format!("{} ({})", super::estimates::ahead(of.horizon), slope(of)),
        bins: of.claims.bins.iter().map(bin).collect(),
    };
    let claimed = clearest(horizons).and_then(|of| Some((of, of.claims.expected_bps.as_ref()?)));
    let (below, predictions) = claimed.map_or_else(
        || (String::new(), Bins { edges: vec![0.0], counts: Vec::new() }),
        |(of, spread)| {
            let bins = Bins { edges: spread.edges.clone(), counts: spread.counts.clone() };
            (format!("; below: how often, {}", super::estimates::ahead(of.horizon)), bins)
        },
    );
    Reliability {
        titles: Titles::new(
            format!("Expected against realised returns. {subject}"),
            finding(horizons),
        ),
        x_label: format!("expected return (bps), mean of a tenth{below}"),
        y_label: "realised return (bps)".to_owned(),
        series: horizons.iter().map(curve).collect(),
        predictions,
        interval: super::estimates::HAC.to_owned(),
    }
}

fn slope(of: &OfHorizon) -> String {
    match (of.claims.slope.value, of.claims.slope.se_hac) {
        (Some(value), Some(error)) => format!("slope {value:.2} ± {error:.2}"),
        (Some(value), None) => format!("slope {value:.2}"),
        _ => "constant".to_owned(),
    }
}

fn finding(horizons: &[OfHorizon]) -> String {
    let known = horizons.iter().filter(|of| of.claims.is_calibrated.is_some()).count();
    let well = horizons.iter().filter(|of| of.claims.is_calibrated == Some(true)).count();
    let rule = "holds a slope of 1 and an intercept of 0 within its interval";
    match known {
        0 => "No horizon expects enough to say whether it comes true.".to_owned(),
        known => {
            format!("{well} of {known} horizons {rule}.").replace("horizons holds", "horizons hold")
        }
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
        "{kept} of {} horizons keep what they promise overall, within what chance explains.",
        horizons.len()
    );
    bars(
        Titles::new(format!("Coverage of the {promised:.0} % intervals. {subject}"), finding),
        ("bars ahead", "returns inside, less what was promised (percentage points)"),
        horizons.iter().map(|of| of.horizon.to_string()).collect(),
        (all, WILSON),
    )
}
