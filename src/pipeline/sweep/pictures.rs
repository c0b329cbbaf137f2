//! Heat maps of two keys, or a line of one; the Sharpe ratio against turnover.

use std::path::{Path, PathBuf};

use super::super::explain::save;
use super::ranks::{Ranked, Row};
use crate::failure::Failure;
use crate::report::plot::{Across, HeatMap, Line, Lines, Palette, Shape, Titles};
use crate::search::{Dimension, Point, Scale, Space, Value};
use crate::stats;

/// A key's values as cells.
struct Axis<'s> {
    key: &'s str,
    dimension: &'s Dimension,
    n_cells: usize,
    /// Values of a cell; `None` where they cannot be counted, or lie on a logarithm.
    per_cell: Option<usize>,
}

/// A range has so many cells; a key with more values has a cell for several of them.
const CELLS: usize = 12;
const MOST_CELLS: usize = 40;
const PAIRS: usize = 3;

/// `to`: the beginning of the pictures' names.
pub fn pictures(
    ranked: &Ranked,
    space: &Space,
    (subject, to): (&str, &Path),
) -> Result<Vec<PathBuf>, Failure> {
    let mut axes: Vec<Axis<'_>> = space.axes().map(|(key, d)| Axis::new(key, d)).collect();
    axes.sort_by(|a, b| weight(ranked, b).total_cmp(&weight(ranked, a)));
    let at = |name: &str| PathBuf::from(format!("{}_{name}.png", to.display()));
    let mut files = Vec::new();
    if let [only] = axes.as_slice() {
        files.extend(line(ranked, only, subject, at(leaf(only.key)))?);
    }
    let pairs = (1..axes.len()).flat_map(|y| (0..y).map(move |x| (x, y)));
    for (x, y) in pairs.take(PAIRS) {
        let (x, y) = (&axes[x], &axes[y]);
        let chart = heat(ranked, (x, y), axes.len() > 2, subject);
        files.extend(save(&chart, at(&format!("{}_{}", leaf(x.key), leaf(y.key))))?);
    }
    files.extend(turnover(ranked, subject, at("turnover"))?);
    Ok(files)
}

/// How much the mean Sharpe ratio differs between cells of a key.
fn weight(ranked: &Ranked, axis: &Axis<'_>) -> f64 {
    let mut cells = vec![Vec::new(); axis.n_cells];
    for (row, sharpe) in scored(ranked) {
        cells[axis.cell(&row.trial.point)].push(sharpe);
    }
    let means: Vec<f64> = cells.iter().filter_map(|cell| stats::mean(cell)).collect();
    stats::variance(&means).unwrap_or(0.0)
}

fn scored(ranked: &Ranked) -> impl Iterator<Item = (&Row, f64)> {
    ranked.rows.iter().filter_map(|row| Some((row, row.tried.sharpe()?)))
}

/// A number from a sampler has more digits than anyone reads; the table has them all.
pub fn short(value: &Value) -> String {
    let text = value.to_string();
    match (value, text.split_once('.')) {
        (Value::Float(x), Some((_, part))) if part.len() > 6 => format!("{x:.4}…"),
        _ => text,
    }
}

/// The last part of a key.
pub fn leaf(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

impl<'s> Axis<'s> {
    fn new(key: &'s str, dimension: &'s Dimension) -> Self {
        let is_log = matches!(dimension, Dimension::Int { scale: Scale::Log, .. });
        let n_values = dimension.n_values().map(|n| (n as usize).max(1));
        // Each cell has as many values as any other, but for the last, which may have fewer: one of two
        // between those of one would look like a ridge.
        let per_cell = n_values.map(|n| n.div_ceil(MOST_CELLS)).filter(|n| *n == 1 || !is_log);
        let cells = |(n_values, per_cell): (usize, usize)| n_values.div_ceil(per_cell);
        let n_cells = n_values.zip(per_cell).map_or(CELLS, cells);
        Self { key, dimension, n_cells, per_cell }
    }

    fn cell(&self, point: &Point) -> usize {
        let value = point.get(self.key);
        let index = value.and_then(|value| self.dimension.index(value));
        if let Some((index, per_cell)) = index.zip(self.per_cell) {
            return (index as usize / per_cell).min(self.n_cells - 1);
        }
        let place = value.and_then(|value| self.dimension.encode(value));
        ((place.unwrap_or(0.0) * self.n_cells as f64) as usize).min(self.n_cells - 1)
    }

    fn label(&self) -> String {
        let what = match self.per_cell {
            Some(1) => String::new(),
            Some(n) => format!(" (first of the {n} values of a cell)"),
            None => " (middle of the cell)".to_owned(),
        };
        format!("{}{what}", self.key)
    }

    fn names(&self) -> Vec<String> {
        let middle = |cell: usize| (cell as f64 + 0.5) / self.n_cells as f64;
        let name = |cell| match self.per_cell {
            Some(n) => self.dimension.nth((cell * n) as u64).to_string(),
            None => match self.dimension.decode(middle(cell)) {
                Value::Float(x) => format!("{x:.3}"),
                value => value.to_string(),
            },
        };
        (0..self.n_cells).map(name).collect()
    }
}

fn heat(ranked: &Ranked, (x, y): (&Axis<'_>, &Axis<'_>), has_more: bool, subject: &str) -> HeatMap {
    let best = ranked.top(1).next().map(|row| &row.trial.point);
    let others = |point: &Point| {
        let is_other = |key: &&String| *key != x.key && *key != y.key;
        best.is_some_and(|best| point.keys().filter(is_other).all(|key| point[key] == best[key]))
    };
    let mut slice = vec![Vec::new(); x.n_cells * y.n_cells];
    let mut all = slice.clone();
    for (row, sharpe) in scored(ranked) {
        let point = &row.trial.point;
        let at = (y.n_cells - 1 - y.cell(point)) * x.n_cells + x.cell(point);
        all[at].push(sharpe);
        if others(point) {
            slice[at].push(sharpe);
        }
    }
    // One line through the best where the sweep has it whole; else the mean of what was tried.
    let n_tried = |cells: &[Vec<f64>]| cells.iter().filter(|cell| !cell.is_empty()).count();
    let is_slice = has_more && 2 * n_tried(&slice) > n_tried(&all);
    let cells = if is_slice { slice } else { all };
    let is_mean = cells.iter().any(|cell| cell.len() > 1);
    let values = cells.iter().map(|cell| stats::mean(cell).unwrap_or(f64::NAN)).collect();
    let how = match (is_slice, is_mean) {
        (true, false) => "; other keys as in the best setting",
        (true, true) => "; other keys as in the best setting, cells are means",
        (false, true) => "; each cell the mean of all that was tried there",
        (false, false) => "",
    };
    let title = format!("Sharpe ratio by {} and {}{how}. {subject}", leaf(x.key), leaf(y.key));
    HeatMap {
        titles: Titles::new(title, finding(ranked)),
        x_label: x.label(),
        y_label: y.label(),
        columns: x.names(),
        rows: y.names().into_iter().rev().collect(),
        values,
        palette: Palette::Diverging,
        measure: String::new(),
    }
}

/// The best setting, and how lonely it is.
fn finding(ranked: &Ranked) -> String {
    let Some(best) = ranked.top(1).next() else { return String::new() };
    let values =
        best.trial.point.iter().map(|(key, value)| format!("{} {}", leaf(key), short(value)));
    let values = values.collect::<Vec<_>>().join(", ");
    let sharpe = best.tried.sharpe().unwrap_or(0.0);
    let around = match best.around {
        Some(around) => match best.n_around {
            1 => format!("; its neighbour has {around:.2}"),
            n => format!("; its {n} neighbours have {around:.2} in the mean"),
        },
        None => String::new(),
    };
    format!("The best of {} settings has {sharpe:.2} at {values}{around}.", ranked.rows.len())
}

fn line(
    ranked: &Ranked,
    axis: &Axis<'_>,
    subject: &str,
    path: PathBuf,
) -> Result<Option<PathBuf>, Failure> {
    let place = |row: &Row| row.trial.point.get(axis.key).and_then(Value::as_f64);
    let mut points: Vec<(f64, f64, f64)> = ranked
        .rows
        .iter()
        .filter_map(|row| {
            let around = row.around.unwrap_or(f64::NAN);
            Some((place(row)?, row.tried.sharpe().unwrap_or(f64::NAN), around))
        })
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let xs: Vec<f64> = points.iter().map(|point| point.0).collect();
    let (ys, around): (Vec<f64>, Vec<f64>) = points.iter().map(|p| (p.1, p.2)).unzip();
    let of = |name, y, shape| Line { name, x: Across::Number(&xs), y, band: None, shape };
    let mut lines = vec![of("Sharpe ratio", &ys, Shape::Line)];
    if around.iter().any(|value| value.is_finite()) {
        lines.push(of("mean of its neighbours", &around, Shape::Line));
    }
    let chart = Lines {
        titles: Titles::new(
            format!("Sharpe ratio by {}. {subject}", leaf(axis.key)),
            finding(ranked),
        ),
        x_label: axis.key.to_owned(),
        y_label: "Sharpe ratio of daily returns, a year".to_owned(),
        lines,
        uprights: Vec::new(),
        with_zero: true,
        is_log: false,
    };
    if xs.is_empty() { Ok(None) } else { save(&chart, path) }
}

/// A strategy that needs to trade much for the same ratio leans on its costs being right.
fn turnover(ranked: &Ranked, subject: &str, path: PathBuf) -> Result<Option<PathBuf>, Failure> {
    let point =
        |(row, sharpe): (&Row, f64)| Some((row.tried.figures()?.turnover_per_year?, sharpe));
    let mut points: Vec<(f64, f64)> = scored(ranked).filter_map(point).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let best = ranked.top(1).next().map(|row| (row, row.tried.sharpe().unwrap_or(0.0)));
    let (best_x, best_y): (Vec<f64>, Vec<f64>) = best.and_then(point).into_iter().unzip();
    let of = |name, x, y| Line { name, x: Across::Number(x), y, band: None, shape: Shape::Points };
    let chart = Lines {
        titles: Titles::new(format!("Sharpe ratio against turnover. {subject}"), finding(ranked)),
        x_label: "turnover a year, multiples of the mean equity".to_owned(),
        y_label: "Sharpe ratio of daily returns, a year".to_owned(),
        lines: vec![of("settings", &xs, &ys), of("the best", &best_x, &best_y)],
        uprights: Vec::new(),
        with_zero: true,
        is_log: false,
    };
    save(&chart, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::SpaceParams;

    #[test]
    fn cells_of_many_values_have_as_many_each() {
        for (n, n_cells, last) in [(12, 12, 1), (40, 40, 1), (41, 21, 1), (60, 30, 2), (100, 34, 1)]
        {
            let space = format!(r#"{{"n": {{"int": [1, {n}]}}}}"#);
            let space: SpaceParams = serde_json::from_str(&space).unwrap();
            let space = space.check().unwrap();
            let (key, dimension) = space.axes().next().unwrap();
            let axis = Axis::new(key, dimension);
            let mut counts = vec![0; axis.n_cells];
            for value in 1..=n {
                counts[axis.cell(&Point::from([("n".to_owned(), Value::Int(value))]))] += 1;
            }
            let (end, all) = counts.split_last().unwrap();
            assert_eq!((counts.len(), *end), (n_cells, last), "{n}: {counts:?}");
            assert!(all.iter().all(|count| *count == axis.per_cell.unwrap()), "{n}: {counts:?}");
            let names = axis.names();
            assert_eq!((names[0].as_str(), names.len()), ("1", n_cells));
            assert_eq!(names[1], (1 + axis.per_cell.unwrap()).to_string());
        }
    }
}
