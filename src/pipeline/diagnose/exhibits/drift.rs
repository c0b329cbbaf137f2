//! Whether columns, predictions and models are still what they were.

use super::curves::{Curve, Curves, Panels, Places};
use super::{Draft, Material};
use crate::pipeline::diagnose::models::{FoldDrift, Models, Shift};
use crate::report::diagnose::drift::Size;
use crate::report::plot::{Chart, HeatMap, Palette, Titles};
use crate::stats;

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let Some(models) = &of.tables.models else { return Vec::new() };
    vec![
        Draft {
            name: "drift_psi",
            heading: "Drift of the columns (PSI)",
            how_to_read: "How far each column's test weeks were from what the fold learnt from, by \
                          fold; white is within chance, from 0.25 on (by custom) it is another world.",
            chart: Box::new(features(models, &PSI, &of.subject)),
        },
        Draft {
            name: "drift_ks",
            heading: "Drift of the columns (KS)",
            how_to_read: "The same by the largest gap between the two distributions, 0 to 1; white \
                          is within chance, dark rows are columns that do not stay what they were.",
            chart: Box::new(features(models, &KS, &of.subject)),
        },
        Draft {
            name: "drift_predictions",
            heading: "Drift of the predictions",
            how_to_read: "Each fold's predictions against those on its own calibration weeks, in \
                          multiples of what chance explains: above 1 the model sees other markets.",
            chart: Box::new(predictions(models, &of.subject)),
        },
    ]
}

/// A distance between two slices.
struct Measure {
    name: &'static str,
    value: fn(&Shift) -> Option<f64>,
    critical: fn(&Shift) -> Option<f64>,
    /// Beyond this cells are no darker.
    most: f64,
}

const PSI: Measure =
    Measure { name: "PSI", value: |s| s.psi, critical: |s| s.psi_critical, most: 0.5 };
const KS: Measure =
    Measure { name: "KS distance", value: |s| s.ks, critical: |s| s.ks_critical, most: 0.3 };

/// Columns in a picture.
const TOP: usize = 15;

impl Measure {
    /// Zero where it is within chance.
    fn beyond(&self, shift: &Shift) -> Option<f64> {
        let value = (self.value)(shift)?;
        let is_beyond = (self.critical)(shift).is_some_and(|critical| value > critical);
        Some(if is_beyond { value } else { 0.0 })
    }

    /// In multiples of what chance explains.
    fn ratio(&self, shift: &Shift) -> Option<f64> {
        Some((self.value)(shift)? / (self.critical)(shift)?)
    }
}

/// The columns that drifted most, in all folds together.
fn features(models: &Models, measure: &Measure, subject: &str) -> HeatMap {
    let folds = &models.features;
    let n_columns = folds.first().map_or(0, |fold| fold.columns.len());
    let row = |column: usize| -> Vec<f64> {
        let cell = |fold: &FoldDrift| measure.beyond(&fold.columns[column]).unwrap_or(f64::NAN);
        folds.iter().map(cell).collect()
    };
    let mut rows: Vec<(usize, Vec<f64>)> = (0..n_columns).map(|at| (at, row(at))).collect();
    // Beyond chance first, and of those that never are the farther ones.
    let weight = |(at, row): &(usize, Vec<f64>)| {
        let beyond = row.iter().filter(|v| v.is_finite()).map(|v| v.min(measure.most)).sum::<f64>();
        let all = folds.iter().filter_map(|fold| (measure.value)(&fold.columns[*at]));
        (beyond, stats::mean(&all.collect::<Vec<_>>()).unwrap_or(0.0))
    };
    rows.sort_by(|a, b| {
        let (a, b) = (weight(a), weight(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    rows.truncate(TOP);
    let name = |at: usize| folds[0].columns[at].name.clone();
    let drifted: Vec<f64> = folds.iter().map(|fold| fold.n_drifted as f64).collect();
    let usual = stats::quantile(&drifted, 0.5).unwrap_or(0.0);
    let finding = format!(
        "In the median fold {usual:.0} of {n_columns} columns drift beyond chance; shown are the \
         {} that drift most. White, without a number: within chance.",
        rows.len(),
    );
    let title = format!("{} of each column: test weeks against training. {subject}", measure.name);
    HeatMap {
        titles: Titles::new(title, finding),
        x_label: "fold".to_owned(),
        y_label: "column".to_owned(),
        columns: folds.iter().map(|fold| fold.fold.to_string()).collect(),
        rows: rows.iter().map(|(at, _)| name(*at)).collect(),
        values: rows.into_iter().flat_map(|(_, row)| row).collect(),
        palette: Palette::UpTo(measure.most),
        measure: measure.name.to_owned(),
    }
}

fn predictions(models: &Models, subject: &str) -> Panels {
    let folds = &models.predictions;
    let is_drifted = |fold: &&FoldDrift| fold.columns.iter().any(|one| one.size > Size::Steady);
    let n = folds.iter().filter(is_drifted).count();
    let finding = format!("Beyond chance at some horizon in {n} of {} folds.", folds.len());
    let panels =
        [PSI, KS].iter().map(|measure| -> Box<dyn Chart> { Box::new(ratios(folds, measure)) });
    Panels {
        titles: Titles::new(
            format!("Predictions against those on the calibration weeks. {subject}"),
            finding,
        ),
        n_columns: Some(1),
        panels: panels.collect(),
    }
}

fn ratios(folds: &[FoldDrift], measure: &Measure) -> Curves {
    let numbers: Vec<f64> = folds.iter().map(|fold| f64::from(fold.fold)).collect();
    let n_columns = folds.first().map_or(0, |fold| fold.columns.len());
    let curve = |at: usize| {
        let value = |fold: &FoldDrift| measure.ratio(&fold.columns[at]).unwrap_or(f64::NAN);
        let name = match folds[0].columns[at].name.as_str() {
            "1" => "1 bar ahead".to_owned(),
            bars => format!("{bars} bars ahead"),
        };
        Curve::line(name, Places::Number(numbers.clone()), folds.iter().map(value).collect())
    };
    let mut curves: Vec<Curve> = (0..n_columns).map(curve).collect();
    let limit = vec![1.0; numbers.len()];
    curves.push(Curve::line("what chance explains", Places::Number(numbers.clone()), limit));
    Curves {
        titles: Titles::new(format!("{} over its critical value", measure.name), ""),
        x_label: "fold".to_owned(),
        y_label: "multiple of the critical value".to_owned(),
        curves,
        uprights: Vec::new(),
        with_zero: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(name: &str, psi: f64, critical: f64) -> Shift {
        Shift {
            name: name.to_owned(),
            psi: Some(psi),
            psi_critical: Some(critical),
            ks: Some(psi / 10.0),
            ks_critical: None,
            mean_shift: None,
            missing: [Some(0.0); 2],
            size: if psi > critical { Size::Large } else { Size::Steady },
        }
    }

    fn fold(fold: u32, columns: Vec<Shift>) -> FoldDrift {
        let n_drifted = columns.iter().filter(|one| one.size > Size::Steady).count() as u64;
        FoldDrift { fold, n_rows: [100, 50], level: 0.05, n_drifted, columns }
    }

    fn models() -> Models {
        let features = vec![
            fold(0, vec![shift("still", 0.2, 0.3), shift("moves", 0.4, 0.2)]),
            fold(1, vec![shift("still", 0.5, 0.4), shift("moves", 7.0, 0.2)]),
        ];
        let predictions =
            vec![fold(4, vec![shift("1", 0.4, 0.2)]), fold(5, vec![shift("1", 0.1, 0.2)])];
        Models { features, predictions, shap: None }
    }

    #[test]
    fn the_column_that_drifts_most_is_on_top_and_what_chance_explains_is_white() {
        let chart = features(&models(), &PSI, "X");
        assert_eq!(
            (chart.rows, chart.columns),
            (vec!["moves".into(), "still".into()], vec!["0".into(), "1".to_owned()])
        );
        assert_eq!(chart.values, [0.4, 7.0, 0.0, 0.5]);
        assert!(
            chart
                .titles
                .finding
                .starts_with("In the median fold 2 of 2 columns drift beyond chance;")
        );
        // Without a critical value nothing is beyond it.
        let chart = features(&models(), &KS, "X");
        assert_eq!((&chart.values[..], &chart.rows[0][..]), (&[0.0; 4][..], "moves"));
    }

    #[test]
    fn predictions_are_told_in_multiples_of_what_chance_explains() {
        let found = models().predictions;
        let chart = ratios(&found, &PSI);
        assert_eq!(chart.curves[0].name, "1 bar ahead");
        assert_eq!((&chart.curves[0].y, &chart.curves[1].y), (&vec![2.0, 0.5], &vec![1.0, 1.0]));
        assert!(ratios(&found, &KS).curves[0].y[0].is_nan());
        let panels = predictions(&models(), "X");
        assert_eq!(panels.titles.finding, "Beyond chance at some horizon in 1 of 2 folds.");
    }
}
