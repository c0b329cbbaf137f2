//! What each column does in a stored model: exact SHAP values, tables and pictures.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::predict::{PredictRange, rows, same_lessons};
use super::recipe;
use super::train::{Model, cut_at, load};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::RowSet;
use crate::gbdt;
use crate::learn::dataset::{Dataset, View};
use crate::learn::explain::{ColumnImportance, Contributions, Drift, Explainer};
use crate::learn::target::Target;
use crate::learn::training::HorizonModel;
use crate::report::plot::{
    Beeswarm, Chart, Importance, ImportanceRow, PlotFault, SwarmRow, Titles, page,
};
use crate::store::{self, Table, Values};
use crate::units::Ts;

/// One horizon's table, and where its pictures are.
pub struct Explained {
    pub horizon: u32,
    pub n_rows: usize,
    /// The most important column first; for a model without trees by its own measure.
    pub importance: Vec<ColumnImportance>,
    /// Against the rows the trees have learnt, where others are explained.
    pub drift: Option<Drift>,
    pub table: PathBuf,
    pub pictures: Vec<PathBuf>,
}

/// Rows explained at most, evenly spread: more would not move a mean.
const MOST_ROWS: usize = 20_000;
/// Columns in a picture.
const TOP: usize = 20;
/// Correlation of value and contribution from which a column is said to push one way.
const STEADY: f64 = 0.5;
/// The chance that drift is told where there is none.
const LEVEL: f64 = 0.01;

/// Of the rows the trees have learnt, or of the range that is asked for.
pub fn explain(
    config: &Config,
    path: &Path,
    range: Option<PredictRange>,
) -> Result<(Model, Vec<Explained>), Failure> {
    let model = load(path)?;
    let data = same_lessons(config, &model)?.data;
    let training = learnt_rows(&model, &data)?;
    let asked = range.map(|range| rows(config, (&model, &data), range)).transpose()?;
    let explained = model
        .fold
        .horizons
        .iter()
        .map(|horizon| one(&model, (horizon, &data), (&training, asked.as_ref())))
        .collect::<Result<_, _>>()?;
    Ok((model, explained))
}

/// The rows that the trees were fitted to: cut and purged as the training did.
fn learnt_rows(model: &Model, data: &Dataset) -> Result<RowSet, Failure> {
    let Range { start, end } = *model.fold.trained();
    let row = |ts: Ts| data.t0.partition_point(|t0| *t0 < ts);
    if row(start) >= row(end) {
        let message = format!("the bars the model was trained on, {start} to {end}, are not there");
        return Err(Failure::user(message).hint("`edgewalk ingest` brings them in"));
    }
    let fold = cut_at(&model.config, &data.hulls(), (start, end))?;
    Ok(recipe::recipe(&model.config)?.rows(&fold).0)
}

fn one(
    model: &Model,
    (horizon, data): (&HorizonModel, &Dataset),
    (training, asked): (&RowSet, Option<&RowSet>),
) -> Result<Explained, Failure> {
    let view = data.view(0..data.n_rows()).named(horizon.model.names());
    let folder = Path::new("results").join(&model.folder.manifest.id);
    let stem =
        format!("h{:02}{}", horizon.horizon, asked.map_or_else(String::new, |r| days(r, data)));
    let table = folder.join(format!("shap_{stem}.parquet"));
    let Some(trees) = horizon.model.trees() else {
        let importance = plain(horizon);
        store::write_table(&table, &importance_table(&importance, None)?)?;
        let (horizon, n_rows) = (horizon.horizon, 0);
        let (drift, pictures) = (None, Vec::new());
        return Ok(Explained { horizon, n_rows, importance, drift, table, pictures });
    };
    let explainer = Explainer::new(&trees).map_err(Failure::world)?;
    let of = |rows: &RowSet| contributions(&explainer, &view, rows);
    let (shown, drift) = match asked {
        None => (of(training)?, None),
        Some(asked) => {
            let (then, now) = (of(training)?, of(asked)?);
            let drift = Drift::between(&then, &now, LEVEL).map_err(Failure::world)?;
            (now, Some(drift))
        }
    };
    let matrix = view.matrix().map_err(Failure::world)?;
    let importance = shown.importance(&matrix).map_err(Failure::world)?;
    store::write_table(&table, &importance_table(&importance, drift.as_ref())?)?;
    let rows = asked.map_or("those the trees have learnt".to_owned(), |rows| span(rows, data));
    let pictures = draw((model, horizon.horizon), (&shown, &view), (&importance, &stem, &rows))?;
    let (horizon, n_rows) = (horizon.horizon, shown.n_rows());
    Ok(Explained { horizon, n_rows, importance, drift, table, pictures })
}

fn contributions(
    explainer: &Explainer,
    view: &View<'_>,
    rows: &RowSet,
) -> Result<Contributions, Failure> {
    let step = rows.len().div_ceil(MOST_ROWS).max(1);
    let rows: Vec<u32> = rows.iter().step_by(step).collect();
    let matrix = view.matrix().map_err(Failure::world)?;
    explainer.explain(&matrix, &gbdt::Rows::List(&rows)).map_err(Failure::user)
}

/// For a model that is no trees: the size of its coefficients.
fn plain(horizon: &HorizonModel) -> Vec<ColumnImportance> {
    let values = horizon.model.importance();
    let total: f64 = values.iter().sum();
    let row = |(column, (name, value)): (usize, (&String, &f64))| ColumnImportance {
        rank: 0,
        name: name.clone(),
        column,
        mean_abs: *value,
        share: if total > 0.0 { value / total } else { 0.0 },
        direction: None,
    };
    let mut rows: Vec<ColumnImportance> =
        horizon.model.names().iter().zip(&values).enumerate().map(row).collect();
    rows.sort_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs).then(a.column.cmp(&b.column)));
    rows.iter_mut().enumerate().for_each(|(at, row)| row.rank = at + 1);
    rows
}

fn importance_table(rows: &[ColumnImportance], drift: Option<&Drift>) -> Result<Table, Failure> {
    let number = |of: fn(&ColumnImportance) -> f64| Values::F64(rows.iter().map(of).collect());
    let mut columns = vec![
        ("rank".to_owned(), Values::I64(rows.iter().map(|r| r.rank as i64).collect())),
        ("column".to_owned(), Values::Text(rows.iter().map(|r| r.name.clone()).collect())),
        ("mean_abs_shap".to_owned(), number(|r| r.mean_abs)),
        ("share".to_owned(), number(|r| r.share)),
        ("direction".to_owned(), number(|r| r.direction.unwrap_or(f64::NAN))),
    ];
    if let Some(drift) = drift {
        let of = |name: &String| drift.columns.iter().find(|column| column.name == *name);
        let number = |value: fn(&crate::learn::explain::ColumnDrift) -> f64| {
            Values::F64(rows.iter().map(|r| of(&r.name).map_or(f64::NAN, value)).collect())
        };
        columns.push(("mean_abs_shap_in_training".to_owned(), number(|c| c.mean_abs[0])));
        columns.push(("psi".to_owned(), number(|c| c.psi)));
        columns.push(("psi_critical".to_owned(), number(|c| c.psi_critical)));
        columns.push(("ks".to_owned(), number(|c| c.ks)));
        columns.push(("ks_critical".to_owned(), number(|c| c.ks_critical)));
    }
    Table::new(columns).map_err(Failure::world)
}

/// `2024-01-01 00:00 to 2024-02-01 00:00`
fn span(rows: &RowSet, data: &Dataset) -> String {
    let ts =
        |row: Option<u32>| row.map_or_else(String::new, |row| data.ts[row as usize].to_string());
    format!("{} to {}", ts(rows.iter().next()), ts(rows.ranges().last().map(|r| r.end - 1)))
}

/// `_2024-01-01_2024-02-01`, for names of files: other rows do not take the place of these.
fn days(rows: &RowSet, data: &Dataset) -> String {
    let span = span(rows, data);
    let words: Vec<&str> = span.split(' ').filter(|word| word.contains('-')).collect();
    words.iter().map(|day| format!("_{day}")).collect()
}

/// `rows`: which were explained.
fn draw(
    (model, horizon): (&Model, u32),
    (shown, view): (&Contributions, &View<'_>),
    (importance, stem, rows): (&[ColumnImportance], &str, &str),
) -> Result<Vec<PathBuf>, Failure> {
    let unit = match recipe::target(&model.config.learn) {
        Target::ReturnBps => "bps",
        Target::Sign => "log odds",
    };
    let subject = format!(
        "{} {}, horizon {horizon} bars",
        model.report.symbols.join(", "),
        model.config.data.timeframe
    );
    let of = |finding: String| format!("{finding} Rows: {rows}.");
    let title = format!("What moves the prediction: {subject}");
    let bars = Importance {
        titles: Titles::new(title, of(finding(importance))),
        x_label: format!("mean |SHAP| ({unit})"),
        rows: importance.iter().map(bar).collect(),
        top: Some(TOP),
    };
    let matrix = view.matrix().map_err(Failure::world)?;
    let named: Vec<Named> =
        importance.iter().take(TOP).map(|row| swarm(row, shown, &matrix)).collect();
    let title = format!("Each column's part in each prediction: {subject}");
    let swarms = Beeswarm {
        titles: Titles::new(title, of(direction(importance))),
        x_label: format!("SHAP value: what the column adds to the prediction ({unit})"),
        rows: named.iter().map(|(name, shap, value)| SwarmRow { name, shap, value }).collect(),
        top: TOP,
    };
    let charts: [(&str, &dyn Chart); 2] = [("importance", &bars), ("beeswarm", &swarms)];
    let folder = Path::new("logs").join("diagnostics").join(&model.folder.manifest.id);
    let mut paths = Vec::new();
    for (name, chart) in charts {
        paths.extend(save(chart, folder.join(format!("shap_{name}_{stem}.png")))?);
    }
    Ok(paths)
}

/// A chart with nothing to show is left out.
pub fn save(chart: &dyn Chart, path: PathBuf) -> Result<Option<PathBuf>, Failure> {
    match page(chart).and_then(|figure| figure.png()) {
        Ok(png) => store::write_atomic(&path, &png).map(|()| Some(path)),
        Err(PlotFault::Empty(_)) => Ok(None),
        Err(fault) => Err(Failure::world(fault)),
    }
}

fn finding(importance: &[ColumnImportance]) -> String {
    let used = importance.iter().filter(|row| row.mean_abs > 0.0).count();
    let Some(first) = importance.first().filter(|_| used > 0) else {
        return "No column does anything: the model is a constant.".to_owned();
    };
    let five: f64 = importance.iter().take(5).map(|row| row.share).sum();
    format!(
        "{} does most, {:.0} % of all; the first five together {:.0} %; {used} of {} columns do anything.",
        first.name,
        100.0 * first.share,
        100.0 * five,
        importance.len()
    )
}

/// Where higher values of the first columns push, by the rank correlation of value and contribution.
fn direction(importance: &[ColumnImportance]) -> String {
    let pushes = |row: &ColumnImportance| match row.direction {
        Some(direction) if direction > STEADY => format!("more {} pushes up", row.name),
        Some(direction) if direction < -STEADY => format!("more {} pushes down", row.name),
        _ => format!("{} works both ways", row.name),
    };
    let first = importance.iter().filter(|row| row.mean_abs > 0.0).take(3);
    let told = first.map(pushes).collect::<Vec<_>>().join("; ");
    if told.is_empty() { "No column does anything.".to_owned() } else { format!("{told}.") }
}

fn bar(row: &ColumnImportance) -> ImportanceRow {
    ImportanceRow { name: row.name.clone(), value: row.mean_abs, spread: None }
}

/// A column's name, contributions and values.
type Named = (String, Vec<f32>, Vec<f32>);

fn swarm(row: &ColumnImportance, shown: &Contributions, matrix: &gbdt::Matrix<'_>) -> Named {
    let shap = shown.column(row.column).iter().map(|value| *value as f32).collect();
    let values = shown.rows().iter().map(|at| matrix.columns()[row.column][*at as usize]);
    (row.name.clone(), shap, values.collect())
}
