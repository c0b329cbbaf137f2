//! What the predictions were worth, by their strength.

use super::estimates::{HAC, WILSON, ahead, bars, estimate, percent_over, plain, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::{OfHorizon, Step, Tables, clearest};
use crate::report::plot::{GroupedBars, Titles};

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let (tables, subject) = (of.tables, &of.subject);
    let mut drafts = vec![
        Draft {
            name: "hit_rate",
            heading: "Hit rate",
            how_to_read: "How often the sign was right, less 50 %, from the weakest tenth of the \
                          signals to the strongest: good rises to the right, above 0.",
            chart: Box::new(hits(tables, subject)),
        },
        Draft {
            name: "z_thresholds",
            heading: "Thresholds",
            how_to_read: "The Sharpe ratio after costs by the strength asked of a signal: good is a \
                          broad hill above 0, one lone peak is likely luck.",
            chart: Box::new(z_thresholds(tables, subject)),
        },
    ];
    if let Some(best) = clearest(&tables.horizons) {
        drafts.insert(
            0,
            Draft {
                name: "quantile_returns",
                heading: "Returns by prediction",
                how_to_read: "The mean return after predictions of each tenth, lowest first: good \
                              rises from left to right, flat means nothing was foretold.",
                chart: Box::new(quantiles(best, subject)),
            },
        );
    }
    drafts
}

fn quantiles(best: &OfHorizon, subject: &str) -> GroupedBars {
    let found = &best.quantiles;
    let rows = &found.quantiles;
    let spread = found.spread_bps.value.zip(found.spread_bps.se_hac);
    let finding = spread.map_or_else(String::new, |(spread, se)| {
        format!("The highest tenth less the lowest: {spread:.2} ± {se:.2} bps.")
    });
    let values = rows.iter().map(|row| estimate(&row.outcome_bps)).collect();
    bars(
        Titles::new(
            format!("Returns by tenth of the predictions, {}. {subject}", ahead(best.horizon)),
            finding,
        ),
        ("tenth of the predictions, lowest first", "mean return, bps"),
        rows.iter().map(|row| row.quantile.to_string()).collect(),
        (vec![series("mean return", values)], HAC),
    )
}

fn hits(tables: &Tables, subject: &str) -> GroupedBars {
    let hits = &tables.together.hits;
    let rate = hits.all.rate.map_or("–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate));
    let chance = hits.by_chance.map_or("–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate));
    let finding = format!("{rate} of the signs were right; {chance} would be by chance.");
    // Above one half is what counts.
    let values = hits.deciles.iter().map(|decile| percent_over(50.0, &decile.hits)).collect();
    bars(
        Titles::new(format!("Hit rate by strength of the signal. {subject}"), finding),
        ("tenth of |z|, weakest first", "hit rate less 50, %"),
        hits.deciles.iter().map(|decile| decile.decile.to_string()).collect(),
        (vec![series("hit rate", values)], WILSON),
    )
}

fn z_thresholds(tables: &Tables, subject: &str) -> GroupedBars {
    let steps = &tables.z_thresholds;
    let name = |step: &Step| {
        let turnover = step.turnover_per_year.map_or("–".to_owned(), |t| format!("{t:.0}×"));
        format!("{} ({turnover})", step.z_threshold)
    };
    let values = steps.iter().map(|step| plain(step.sharpe)).collect();
    bars(
        Titles::new(
            format!("Sharpe ratio by z-threshold and turnover. {subject}"),
            "What stands only at one threshold is likely luck.",
        ),
        ("z-threshold (turnover a year)", "Sharpe ratio after costs"),
        steps.iter().map(name).collect(),
        (vec![series("Sharpe ratio", values)], ""),
    )
}
