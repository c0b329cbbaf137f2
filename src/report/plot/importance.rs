//! How much each column matters: horizontal bars, the longest on top, with their spread over folds.

use super::bars::{Grows, Whisker, bar, whisker};
use super::font::{Weight, width};
use super::frame::{Canvas, Titles, label};
use super::plane::{Axis, Plane, range, with_zero};
use super::scene::{Point, Stroke};
use super::style::{INK, MUTED, QUIET, SERIES};
use super::ticks::{brief, is_drawable};
use super::{Chart, PlotFault, count_of};

/// `spread` is drawn to both sides of the value (a standard deviation over folds, say).
#[derive(Debug, Clone, PartialEq)]
pub struct ImportanceRow {
    pub name: String,
    pub value: f64,
    pub spread: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    pub titles: Titles,
    /// What is measured, with units.
    pub x_label: String,
    pub rows: Vec<ImportanceRow>,
    /// Rows beyond this many become one grey bar, their sum.
    pub top: Option<usize>,
}

impl Chart for Importance {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let (rows, n_summed) = self.shown();
        let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
        let ends = rows.iter().flat_map(|r| {
            let spread = r.spread.filter(|s| is_drawable(*s)).unwrap_or(0.0);
            [r.value - spread, r.value + spread]
        });
        let Some(ends) = range(ends) else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let (lo, hi) = with_zero(ends);
        let body = canvas.framed(&self.titles, &[], &self.notes());
        // Room for the number behind the longest bar.
        let hi = hi + (hi - lo) * 6.0 * canvas.style.text / body.w;
        let x = Axis::number(&self.x_label, (lo, hi));
        let plane = Plane::laid(canvas, body, &x, &Axis::names("", &names));
        for (i, row) in rows.iter().enumerate() {
            let is_sum = n_summed > 0 && i + 1 == rows.len();
            draw_row(canvas, &plane, (i, row), is_sum);
        }
        Ok(())
    }
}

impl Importance {
    /// Finite rows, the largest first; the rest as one row, and how many these are.
    fn shown(&self) -> (Vec<ImportanceRow>, usize) {
        let finite = self.rows.iter().filter(|row| is_drawable(row.value));
        let mut rows: Vec<ImportanceRow> = finite.cloned().collect();
        rows.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
        let kept = self.top.unwrap_or(rows.len()).max(1);
        if rows.len() <= kept + 1 {
            return (rows, 0);
        }
        let rest = rows.split_off(kept);
        let value = rest.iter().map(|row| row.value).sum();
        let name = format!("the other {} together", rest.len());
        rows.push(ImportanceRow { name, value, spread: None });
        (rows, rest.len())
    }

    fn notes(&self) -> Vec<String> {
        let has_spread = self.rows.iter().any(|row| row.spread.is_some());
        let whiskers = has_spread.then(|| "whiskers: ± one spread over folds".to_owned());
        let n_missing = self.rows.iter().filter(|row| !is_drawable(row.value)).count();
        let missing = (n_missing > 0)
            .then(|| format!("{} left out: no finite value", count_of(n_missing, "column")));
        whiskers.into_iter().chain(missing).collect()
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    plane: &Plane,
    (i, row): (usize, &ImportanceRow),
    is_sum: bool,
) {
    let slot = plane.area.h / (plane.y.hi - plane.y.lo);
    let thick = (slot * 0.68).min(30.0);
    let middle = plane.area.y + slot * (i as f64 + 0.5);
    let ends = (plane.x.at(0.0), plane.x.at(row.value));
    let ink = if is_sum { QUIET } else { SERIES[0] };
    canvas.scene.rect(bar(Grows::Right, ends, (middle - thick / 2.0, thick)), ink);
    let mut end = ends.0.max(ends.1);
    if let Some(spread) = row.spread.filter(|s| is_drawable(*s) && *s > 0.0) {
        let (low, high) = (plane.x.at(row.value - spread), plane.x.at(row.value + spread));
        let stroke = Stroke::solid(INK, canvas.style.line * 0.6);
        let cap = thick * 0.22;
        whisker(canvas.scene, Grows::Right, middle, Whisker { low, high, cap, stroke });
        end = end.max(high);
    }
    let size = (slot * 0.8).min(canvas.style.text * 0.92);
    let text = brief(row.value);
    if size >= 6.0 && end + width(&text, size, Weight::Regular) < canvas.area.right() {
        let at = Point { x: end + size * 0.5, y: middle + size * 0.36 };
        canvas.scene.text(label(text, at, size, MUTED));
    }
}
