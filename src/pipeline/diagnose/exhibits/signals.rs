//! What the predictions were worth, by their strength.

use super::estimates::{HAC, WILSON, ahead, bars, estimate, grouped, percent_over, plain, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::gates::{Gate, Gates, Refused};
use crate::pipeline::diagnose::{OfHorizon, Step, Tables, clearest};
use crate::report::plot::{Cloud, Estimate, GroupedBars, Ladder, Rungs, Scatter, Titles};

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
            heading: "Sharpe ratio against turnover",
            how_to_read: "Turnover to the right, Sharpe ratio after costs upwards, a point for each \
                          strength asked of a signal: good is above 0 at several, a lone peak is luck.",
            chart: Box::new(z_thresholds(&tables.z_thresholds, subject)),
        },
        Draft {
            name: "gates",
            heading: "Gates",
            how_to_read: "From the first gate down: how many signals are left, and what the refused \
                          would have earned; a good gate refuses what lies below 0.",
            chart: Box::new(gates(&tables.gates, subject)),
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
        ("tenth of |z|, weakest first", "hit rate less 50 % (percentage points)"),
        hits.deciles.iter().map(|decile| decile.decile.to_string()).collect(),
        (vec![series("hit rate", values)], WILSON),
    )
}

/// Trading more against what it brings. Thresholds that do the same share a point.
fn z_thresholds(steps: &[Step], subject: &str) -> Scatter {
    let mut sorted: Vec<&Step> = steps.iter().collect();
    sorted.sort_by(|a, b| a.z_threshold.total_cmp(&b.z_threshold));
    let known = |step: &&&Step| step.sharpe.is_some() && step.turnover_per_year.is_some();
    let shown: Vec<&Step> = sorted.iter().filter(known).copied().collect();
    let silent: Vec<&Step> = sorted.iter().filter(|step| !known(step)).copied().collect();
    let place = |step: &Step| (step.sharpe, step.turnover_per_year, step.trades);
    let points: Vec<&[&Step]> = shown.chunk_by(|a, b| place(a) == place(b)).collect();
    let rest = if silent.is_empty() {
        String::new()
    } else {
        format!(" No Sharpe ratio at z {}: too few trades.", thresholds(&silent))
    };
    let of = |value: fn(&Step) -> Option<f64>| {
        points.iter().map(|same| value(same[0]).unwrap_or(f64::NAN)).collect()
    };
    let word = |same: &&[&Step]| match same[0].trades {
        1 => format!("z {}: 1 trade", thresholds(same)),
        n => format!("z {}: {} trades", thresholds(same), grouped(n as u64)),
    };
    Scatter {
        titles: Titles::new(
            format!("Sharpe ratio against turnover, by z-threshold. {subject}"),
            format!("What stands only at one threshold is likely luck.{rest}"),
        ),
        x_label: "turnover a year, multiples of equity".to_owned(),
        y_label: "Sharpe ratio after costs, a year".to_owned(),
        clouds: vec![Cloud {
            name: "thresholds".to_owned(),
            x: of(|step| step.turnover_per_year),
            y: of(|step| step.sharpe),
            labels: points.iter().map(word).collect(),
            is_joined: true,
        }],
        with_zero: true,
    }
}

fn thresholds(steps: &[&Step]) -> String {
    steps.iter().map(|step| step.z_threshold.to_string()).collect::<Vec<_>>().join(", ")
}

/// Gate by gate; those that refused nothing are left out.
fn gates(found: &Gates, subject: &str) -> Ladder {
    let shown: Vec<&Gate> = found.gates.iter().filter(|gate| gate.refused.n > 0).collect();
    let all = shown.first().map_or(found.taken.n, |gate| gate.n_before);
    let names = shown.iter().map(|gate| gate.gate.name().replace('_', " "));
    let names = std::iter::once("all bars".to_owned()).chain(names);
    let left = std::iter::once(all).chain(shown.iter().map(|gate| gate.n_after));
    let left = left.chain([found.taken.n]).map(|n| plain(Some(n as f64)));
    let right = shown.iter().map(|gate| net(&gate.refused)).chain([net(&found.taken)]);
    Ladder {
        titles: Titles::new(
            format!("What the gates let pass and refused. {subject}"),
            format!("{} of {} bars pass all gates.", grouped(found.taken.n), grouped(all)),
        ),
        rows: names.chain(["taken".to_owned()]).collect(),
        left: Rungs {
            label: "signals that are left after the gate".to_owned(),
            values: left.collect(),
            is_log: true,
        },
        right: Rungs {
            label: "net bps a signal: what the gate refused would have earned".to_owned(),
            values: std::iter::once(plain(None)).chain(right).collect(),
            is_log: false,
        },
        notes: vec![
            "right: after a round trip, in the direction of z, over the model's horizon; whiskers: \
             95 % interval (HAC); last row: what passed all gates, and what it earns so"
                .to_owned(),
        ],
    }
}

fn net(refused: &Refused) -> Estimate {
    let Some(mean) = refused.net else { return plain(None) };
    let band = |error: f64| (mean.bps - 1.96 * error, mean.bps + 1.96 * error);
    Estimate { value: mean.bps, interval: mean.error.map(band) }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{horizon, tables};
    use super::*;
    use crate::signal::Reason;
    use crate::signal::waterfall::Mean;

    fn step(z_threshold: f64, sharpe: Option<f64>, trades: usize) -> Step {
        let turnover_per_year = sharpe.map(|_| 10.0 * trades as f64);
        Step { z_threshold, sharpe, turnover_per_year, trades, returns: Vec::new() }
    }

    #[test]
    fn thresholds_that_do_the_same_share_a_point_and_silent_ones_are_named() {
        let steps = [
            step(2.0, Some(0.9), 1),
            step(0.5, Some(0.4), 1200),
            step(1.0, Some(0.4), 1200),
            step(3.0, None, 0),
        ];
        let chart = z_thresholds(&steps, "X");
        let cloud = &chart.clouds[0];
        assert_eq!(cloud.labels, ["z 0.5, 1: 1,200 trades", "z 2: 1 trade"]);
        assert_eq!((&cloud.x, &cloud.y), (&vec![12_000.0, 10.0], &vec![0.4, 0.9]));
        assert!(chart.titles.finding.ends_with("at z 3: too few trades."));
    }

    #[test]
    fn gates_go_down_from_all_bars_and_tell_what_the_refused_would_have_earned() {
        let refused = |n, bps| Refused {
            n,
            n_known: n,
            gross: None,
            net: Some(Mean { bps, error: Some(1.0) }),
        };
        let gate = |gate, n_before: u64, refused: Refused| Gate {
            gate,
            n_before,
            n_after: n_before - refused.n,
            refused,
        };
        let gates_found = Gates {
            gates: vec![
                gate(Reason::WarmUp, 1000, refused(0, 0.0)),
                gate(Reason::ZThreshold, 1000, refused(900, -2.0)),
                gate(Reason::ExpectedValue, 100, refused(60, -1.0)),
            ],
            taken: refused(40, 3.0),
        };
        let chart = gates(&gates_found, "X");
        assert_eq!(chart.rows, ["all bars", "z threshold", "expected value", "taken"]);
        let values = |rungs: &Rungs| rungs.values.iter().map(|v| v.value).collect::<Vec<_>>();
        assert_eq!(values(&chart.left), [1000.0, 100.0, 40.0, 40.0]);
        assert_eq!(values(&chart.right)[1..], [-2.0, -1.0, 3.0]);
        assert_eq!(chart.right.values[3].interval, Some((3.0 - 1.96, 3.0 + 1.96)));
        assert_eq!(chart.titles.finding, "40 of 1,000 bars pass all gates.");
    }

    #[test]
    fn signs_are_right_the_oftener_the_stronger_the_signal() {
        let tables = tables();
        let chart = hits(&tables, "X");
        assert_eq!((chart.groups.len(), chart.groups[9].as_str()), (10, "10"));
        let values = &chart.series[0].values;
        for (value, decile) in values.iter().zip(&tables.together.hits.deciles) {
            assert!((value.value - (100.0 * decile.hits.rate.unwrap() - 50.0)).abs() < 1e-9);
            let (low, high) = value.interval.unwrap();
            assert!(low < value.value && value.value < high, "{value:?}");
        }
        assert!(values[9].value > values[0].value + 20.0, "{values:?}");
        let rate = 100.0 * tables.together.hits.all.rate.unwrap();
        assert!(chart.titles.finding.starts_with(&format!("{rate:.1} % of the signs were right")));
    }

    #[test]
    fn returns_rise_with_what_was_predicted() {
        let chart = quantiles(&horizon(3), "X");
        assert_eq!(chart.groups.len(), 10);
        let values = &chart.series[0].values;
        assert!(values[0].value < -0.5 && values[9].value > 0.5, "{values:?}");
    }
}
