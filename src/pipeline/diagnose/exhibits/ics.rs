//! What the predictions were worth.

use super::curves::{Curve, Curves, Panels, Places};
use super::estimates::{HAC, ahead, bars, estimate, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::{OfHorizon, Tables, clearest};
use crate::report::diagnose;
use crate::report::diagnose::rolling::Window;
use crate::report::plot::{Chart, GroupedBars, Titles};
use crate::units::DAY_US;

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let (tables, subject) = (of.tables, &of.subject);
    let mut drafts = vec![
        Draft {
            name: "ic_by_horizon",
            heading: "IC by horizon",
            how_to_read: "How well predictions and returns go together, by bars ahead: bars whose \
                          whiskers stay above 0 are more than noise, near 0 there is nothing.",
            chart: Box::new(ic_by_horizon(tables, subject)),
        },
        Draft {
            name: "ic_decay",
            heading: "IC decay",
            how_to_read: "The IC of the signal with the return so far and with each bar alone, by \
                          bars ahead: where the bars alone reach 0 the signal is spent.",
            chart: Box::new(decay(tables, subject)),
        },
    ];
    if let Some(best) = clearest(&tables.horizons) {
        drafts.extend(of_clearest(best, subject));
    }
    drafts.push(Draft {
        name: "ic_rolling_all",
        heading: "Rolling IC of every horizon",
        how_to_read: "The rank IC of some weeks over time, a panel for each horizon: what is real \
                      mostly shows at neighbouring horizons at the same time.",
        chart: Box::new(all_rolling(&tables.horizons, subject)),
    });
    drafts
}

fn of_clearest<'a>(best: &OfHorizon, subject: &str) -> Vec<Draft<'a>> {
    vec![
        Draft {
            name: "ic_rolling",
            heading: "Rolling IC",
            how_to_read: "The rank IC of the last weeks over time, with its interval: good stays \
                          above 0, a line that sinks to 0 is an effect that went away.",
            chart: Box::new(rolling(best, subject)),
        },
        Draft {
            name: "ic_by_fold",
            heading: "IC by fold",
            how_to_read: "The rank IC of each fold's test weeks: good is above 0 in most folds, a \
                          few tall bars among many around 0 are likely luck.",
            chart: Box::new(ic_by_fold(best, subject)),
        },
    ]
}

fn all_rolling(horizons: &[OfHorizon], subject: &str) -> Panels {
    let panel = |of: &OfHorizon| -> Box<dyn Chart> {
        let mut panel = rolling(of, subject);
        panel.titles.title = ahead(of.horizon);
        Box::new(panel)
    };
    Panels {
        titles: Titles::new(format!("Rolling IC of every horizon. {subject}"), ""),
        n_columns: Some(if horizons.len() < 4 { 1 } else { 2 }),
        panels: horizons.iter().map(panel).collect(),
    }
}

fn rolling(best: &OfHorizon, subject: &str) -> Curves {
    let windows = &best.rolling;
    let ranks = || windows.iter().map(|window| window.ic.rank);
    let ic: Vec<f64> = ranks().map(|rank| rank.value.unwrap_or(f64::NAN)).collect();
    let edge = |at: usize| ranks().map(|rank| rank.band_hac.map_or(f64::NAN, |b| b[at])).collect();
    let band = Some(("95 % interval (HAC)".to_owned(), edge(0), edge(1)));
    let above = ic.iter().filter(|ic| **ic > 0.0).count();
    let span = span(windows);
    let finding = format!("Above 0 in {above} of {} windows of {span}.", ic.len());
    let ts = Places::Time(windows.iter().map(|window| window.dates.to.0).collect());
    Curves {
        titles: Titles::new(format!("Rolling IC, {}. {subject}", ahead(best.horizon)), finding),
        x_label: String::new(),
        y_label: "rank IC".to_owned(),
        curves: vec![Curve { band, ..Curve::line(format!("rank IC of {span}"), ts, ic) }],
        uprights: Vec::new(),
        with_zero: true,
    }
}

/// `28 days`, or fewer where the history is short.
fn span(windows: &[Window]) -> String {
    let length = windows.first().map_or(0, |window| window.dates.to.0 - window.dates.from.0);
    match length as f64 / DAY_US as f64 {
        days if days < 2.0 => format!("{:.0} hours", 24.0 * days),
        days => format!("{days:.0} days"),
    }
}

fn ic_by_horizon(tables: &Tables, subject: &str) -> GroupedBars {
    let of = |name: &str, pick: fn(&diagnose::Correlations) -> diagnose::Estimate| {
        series(name, tables.horizons.iter().map(|h| estimate(&pick(&h.ic.all))).collect())
    };
    let clear = tables.horizons.iter().filter(|h| h.ic.all.rank.t_hac.is_some_and(|t| t > 1.96));
    let (clear, n) = (clear.count(), tables.horizons.len());
    let finding = format!("At {clear} of {n} horizons the rank IC's band lies above 0.");
    bars(
        Titles::new(format!("IC by horizon. {subject}"), finding),
        ("bars ahead", "IC"),
        tables.horizons.iter().map(|h| h.horizon.to_string()).collect(),
        (vec![of("rank", |ic| ic.rank), of("Pearson", |ic| ic.pearson)], HAC),
    )
}

fn ic_by_fold(best: &OfHorizon, subject: &str) -> GroupedBars {
    let folds = &best.by_fold;
    let values = folds.folds.iter().map(|fold| estimate(&fold.ic.rank)).collect();
    let finding = format!("Above 0 in {} of {} folds.", folds.rank.n_positive, folds.rank.n_folds);
    bars(
        Titles::new(format!("Rank IC by fold, {}. {subject}", ahead(best.horizon)), finding),
        ("fold", "rank IC"),
        folds.folds.iter().map(|fold| fold.fold.to_string()).collect(),
        (vec![series("rank IC", values)], HAC),
    )
}

fn decay(tables: &Tables, subject: &str) -> GroupedBars {
    let ahead = &tables.together.decay;
    let whole = ahead.iter().map(|one| estimate(&one.whole.rank)).collect();
    let alone = ahead.iter().map(|one| estimate(&one.alone.rank)).collect();
    let finding = "Where the bars alone fall to 0, holding longer brings nothing.";
    bars(
        Titles::new(format!("IC decay. {subject}"), finding),
        ("bars ahead", "rank IC of z and return"),
        ahead.iter().map(|one| one.bars.to_string()).collect(),
        (vec![series("return so far", whole), series("that bar alone", alone)], HAC),
    )
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{horizon, tables};
    use super::*;

    #[test]
    fn each_horizon_has_its_ic_and_each_bar_ahead_its_own_part() {
        let tables = tables();
        let chart = ic_by_horizon(&tables, "X");
        assert_eq!(chart.groups, ["1", "3"]);
        for (at, of) in tables.horizons.iter().enumerate() {
            let found = [of.ic.all.rank, of.ic.all.pearson];
            for (series, found) in chart.series.iter().zip(found) {
                let value = series.values[at];
                assert_eq!(Some(value.value), found.value);
                assert_eq!(value.interval, found.band_hac.map(|[low, high]| (low, high)));
            }
        }
        assert_eq!(chart.titles.finding, "At 2 of 2 horizons the rank IC's band lies above 0.");
        let chart = decay(&tables, "X");
        assert_eq!(chart.groups, ["1", "2"]);
        let at = |series: usize, bar: usize| chart.series[series].values[bar];
        // The first bar has it all; the second only dilutes it.
        assert_eq!(at(0, 0), at(1, 0));
        assert!((0.2..at(0, 0).value).contains(&at(0, 1).value), "{chart:?}");
        let (low, high) = at(1, 1).interval.unwrap();
        assert!(low < 0.0 && 0.0 < high && at(1, 1).value.abs() < 0.06, "{chart:?}");
    }

    #[test]
    fn folds_and_windows_are_those_of_the_horizon() {
        let of = horizon(3);
        let chart = ic_by_fold(&of, "X");
        assert_eq!(chart.groups, ["0", "1", "2", "3"]);
        assert!(chart.series[0].values.iter().all(|ic| ic.value > 0.3 && ic.interval.is_some()));
        assert_eq!(chart.titles.finding, "Above 0 in 4 of 4 folds.");
        let chart = rolling(&of, "X");
        let (line, windows) = (&chart.curves[0], of.rolling.len());
        assert_eq!((line.y.len(), windows), (7, 7));
        let (_, low, high) = line.band.as_ref().unwrap();
        assert!((0..windows).all(|at| low[at] < line.y[at] && line.y[at] < high[at]));
        assert!(chart.titles.title.starts_with("Rolling IC, 3 bars ahead"));
        assert_eq!(all_rolling(&[of.clone(), of], "X").panels.len(), 2);
    }
}
