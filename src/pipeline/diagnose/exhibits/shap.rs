//! What the models' columns did.

use super::curves::{Curve, Curves, Places};
use super::estimates::{ahead, grouped};
use super::{Draft, Material};
use crate::pipeline::diagnose::shap::{ColumnShap, FoldShap, Shap};
use crate::report::plot::{
    Beeswarm, Canvas, Chart, HeatMap, Importance, ImportanceRow, Palette, PlotFault, SwarmRow,
    Titles,
};
use crate::stats;

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let shap = of.tables.models.as_ref().and_then(|models| models.shap.as_ref());
    let Some(shap) = shap else { return Vec::new() };
    vec![
        Draft {
            name: "shap_importance",
            heading: "Importance of the columns",
            how_to_read: "How much each column moves a prediction, the mean over the folds, with \
                          their standard deviation: short whiskers are columns that every fold needs.",
            chart: Box::new(importance(shap, &of.subject)),
        },
        Draft {
            name: "shap_beeswarm",
            heading: "Each column's part",
            how_to_read: "Every point is a row of the last fold: how far the column pushed its \
                          prediction, coloured by the column's value; one colour a side is one way.",
            chart: Box::new(Swarmed { shap, subject: &of.subject }),
        },
        Draft {
            name: "shap_by_fold",
            heading: "Importance by fold",
            how_to_read: "Each column's part of all that the fold's columns did: even rows are \
                          lasting effects, dark spots that come and go are learnt noise.",
            chart: Box::new(by_fold(shap, &of.subject)),
        },
        Draft {
            name: "shap_agreement",
            heading: "Agreement of the folds",
            how_to_read: "How alike each fold's order of columns is to that of the fold before: near \
                          1 the same is learnt every time, near 0 each fold finds something else.",
            chart: Box::new(agreement(shap, &of.subject)),
        },
    ]
}

/// Columns in a picture.
const TOP: usize = 15;
/// Where each is but a bar.
const MOST: usize = 20;

fn rule(shap: &Shap) -> String {
    let n: u64 = shap.folds.iter().map(|fold| fold.n_rows).sum();
    match n {
        0 => "By the model's own measure.".to_owned(),
        n => format!("{} test rows, at most {} a fold, evenly spread.", grouped(n), shap.most_rows),
    }
}

fn importance(shap: &Shap, subject: &str) -> Importance {
    let row = |column: &ColumnShap| ImportanceRow {
        name: column.name.clone(),
        value: column.mean_abs,
        spread: column.sd,
    };
    let total: f64 = shap.columns.iter().map(|column| column.mean_abs).sum();
    let five: f64 = shap.columns.iter().take(5).map(|column| column.mean_abs).sum();
    let share = if total > 0.0 { 100.0 * five / total } else { 0.0 };
    let (few, all) = (shap.columns.len().min(MOST), shap.columns.len());
    let finding = format!(
        "The first five of {all} do {share:.0} % of it all; shown are {few}. {}",
        rule(shap)
    );
    Importance {
        titles: Titles::new(
            format!(
                "Mean |SHAP| over {} folds, {}. {subject}",
                shap.folds.len(),
                ahead(shap.horizon)
            ),
            finding,
        ),
        x_label: format!("mean |SHAP| ({})", shap.unit),
        rows: shap.columns.iter().take(MOST).map(row).collect(),
        top: None,
    }
}

/// Borrows the points.
struct Swarmed<'a> {
    shap: &'a Shap,
    subject: &'a str,
}

impl Chart for Swarmed<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let shap = self.shap;
        let row = |column: &'_ crate::pipeline::diagnose::shap::Swarm| {
            (column.name.clone(), column.shap.clone(), column.value.clone())
        };
        let rows: Vec<(String, Vec<f32>, Vec<f32>)> = shap.swarm.iter().map(row).collect();
        let last = shap.folds.last().map_or(0, |fold| fold.fold);
        let finding = format!("{} rows of fold {last}, evenly spread.", shap.swarm_rows);
        Beeswarm {
            titles: Titles::new(
                format!("Each column's part, last fold, {}. {}", ahead(shap.horizon), self.subject),
                finding,
            ),
            x_label: format!("SHAP value: what the column adds to the prediction ({})", shap.unit),
            rows: rows.iter().map(|(name, shap, value)| SwarmRow { name, shap, value }).collect(),
            top: TOP,
        }
        .draw(canvas)
    }
}

fn by_fold(shap: &Shap, subject: &str) -> HeatMap {
    let top: Vec<&ColumnShap> = shap.columns.iter().take(TOP).collect();
    let cell = |name: &str, fold: &FoldShap| {
        let part = fold.columns.iter().find(|part| part.name == name);
        part.map_or(Some(0.0), |part| part.share).map_or(f64::NAN, |share| 100.0 * share)
    };
    let row = |column: &&ColumnShap| -> Vec<f64> {
        shap.folds.iter().map(|fold| cell(&column.name, fold)).collect()
    };
    let shown: Vec<Vec<f64>> = top.iter().map(row).collect();
    let finding = format!(
        "Percent of all that a fold's columns did; the {} most important columns. {}",
        top.len(),
        rule(shap)
    );
    HeatMap {
        titles: Titles::new(
            format!("Importance by fold (%), {}. {subject}", ahead(shap.horizon)),
            finding,
        ),
        x_label: "fold".to_owned(),
        y_label: "column".to_owned(),
        columns: shap.folds.iter().map(|fold| fold.fold.to_string()).collect(),
        rows: top.iter().map(|column| column.name.clone()).collect(),
        values: shown.concat(),
        palette: Palette::FromZero,
        measure: "% of the fold".to_owned(),
    }
}

fn agreement(shap: &Shap, subject: &str) -> Curves {
    let found = &shap.agreement;
    let folds: Vec<f64> = found.iter().map(|pair| f64::from(pair.fold)).collect();
    let line = |name: &str, pick: fn(&crate::report::diagnose::drift::Agreement) -> Option<f64>| {
        let values = found.iter().map(|pair| pick(pair).unwrap_or(f64::NAN)).collect();
        Curve::line(name, Places::Number(folds.clone()), values)
    };
    let known: Vec<f64> = found.iter().filter_map(|pair| pair.spearman).collect();
    let mean = stats::mean(&known).map_or("–".to_owned(), |mean| format!("{mean:.2}"));
    let finding = format!("A rank correlation of {mean} in the mean. {}", rule(shap));
    Curves {
        titles: Titles::new(
            format!("Importance against the fold before, {}. {subject}", ahead(shap.horizon)),
            finding,
        ),
        x_label: "fold".to_owned(),
        y_label: "rank correlation; share of the ten best that stayed".to_owned(),
        curves: vec![
            line("rank correlation of mean |SHAP|", |pair| pair.spearman),
            line("ten best kept", |pair| pair.top_kept),
        ],
        uprights: Vec::new(),
        with_zero: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::diagnose::shap::Part;
    use crate::report::diagnose::drift::Agreement;

    fn shap() -> Shap {
        let part = |name: &str, share: f64| Part {
            name: name.to_owned(),
            mean_abs: 2.0 * share,
            share: Some(share),
        };
        let column = |name: &str, mean_abs| ColumnShap {
            name: name.to_owned(),
            mean_abs,
            sd: Some(0.1),
            direction: None,
        };
        let agreed =
            Agreement { fold: 1, before: 0, n_columns: 2, spearman: Some(0.5), top_kept: None };
        Shap {
            horizon: 3,
            unit: "bps",
            most_rows: 250,
            folds: vec![
                FoldShap { fold: 0, n_rows: 1000, columns: vec![part("a", 0.25), part("b", 0.75)] },
                FoldShap { fold: 1, n_rows: 234, columns: vec![part("b", 1.0)] },
            ],
            columns: vec![column("b", 1.75), column("a", 0.25)],
            agreement: vec![agreed],
            swarm: Vec::new(),
            swarm_rows: 0,
        }
    }

    #[test]
    fn each_fold_tells_the_part_of_each_column_in_percent() {
        let chart = by_fold(&shap(), "X");
        assert_eq!((chart.rows.len(), chart.columns.len()), (2, 2));
        assert_eq!(chart.values, [75.0, 100.0, 25.0, 0.0]);
        assert!(chart.titles.finding.contains("1,234 test rows, at most 250 a fold"));
    }

    #[test]
    fn bars_are_means_with_their_spread_over_folds() {
        let chart = importance(&shap(), "X");
        let bars: Vec<_> = chart.rows.iter().map(|row| (row.value, row.spread)).collect();
        assert_eq!(bars, [(1.75, Some(0.1)), (0.25, Some(0.1))]);
        let chart = agreement(&shap(), "X");
        assert_eq!(chart.curves[0].y, [0.5]);
        assert!(chart.curves[1].y[0].is_nan());
        assert!(chart.titles.finding.starts_with("A rank correlation of 0.50"));
    }

    #[test]
    fn without_points_there_is_no_swarm() {
        let shap = shap();
        let swarm = Swarmed { shap: &shap, subject: "X" };
        assert!(matches!(crate::report::plot::page(&swarm), Err(PlotFault::Empty(_))));
    }
}
