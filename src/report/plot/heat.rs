//! A table of numbers as colours, with the numbers where there is room.

use super::bars::{centred, ramp, ramp_width};
use super::font::{Weight, width};
use super::frame::{Canvas, Titles};
use super::plane::{Axis, Plane, range};
use super::scene::{Area, Ink, Point};
use super::style::{GRID, INK, PAPER, diverging, sequential};
use super::ticks::{Tick, brief, grouped, is_drawable, number_ticks};
use super::{Chart, PlotFault, count_of, same_length};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Blue below zero, vermilion above, white at zero.
    Diverging,
    /// From the least (pale) to the largest (dark).
    Sequential,
    /// From zero (pale) to the largest (dark), where nothing is below zero.
    FromZero,
}

#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub columns: Vec<String>,
    pub rows: Vec<String>,
    /// Row by row; what is not finite stays an empty grey cell.
    pub values: Vec<f64>,
    pub palette: Palette,
}

impl Chart for HeatMap {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        same_length(&self.titles.title, self.columns.len() * self.rows.len(), self.values.len())?;
        let Some(span) = self.span() else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &[], &self.notes());
        let ticks = number_ticks(span.0, span.1, (body.h / (canvas.style.text * 4.0)) as usize);
        let share = |v: f64| (v - span.0) / (span.1 - span.0);
        let ticks: Vec<Tick> =
            ticks.into_iter().map(|t| Tick { value: share(t.value), ..t }).collect();
        let right = ramp_width(canvas, &ticks);
        let body = Area { w: body.w - right, ..body };
        let (x, y) =
            (Axis::names(&self.x_label, &self.columns), Axis::names(&self.y_label, &self.rows));
        let plane = Plane::laid(canvas, body, &x, &y);
        let at = Area { x: body.right(), w: right, ..plane.area };
        ramp(canvas, at, |share| self.palette.ink(share), &ticks);
        self.draw_cells(canvas, &plane, share);
        Ok(())
    }
}

impl HeatMap {
    /// The values at both ends of the palette.
    fn span(&self) -> Option<(f64, f64)> {
        let (lo, hi) = range(self.values.iter().copied())?;
        let largest = lo.abs().max(hi.abs());
        Some(match self.palette {
            Palette::Diverging if largest > 0.0 => (-largest, largest),
            Palette::Diverging => (-1.0, 1.0),
            Palette::FromZero if largest > 0.0 => (0.0, largest),
            Palette::FromZero => (0.0, 1.0),
            Palette::Sequential if hi - lo > largest * 1e-11 => (lo, hi),
            Palette::Sequential => super::plane::padded((lo, hi)),
        })
    }

    fn notes(&self) -> Vec<String> {
        let n_missing = self.values.iter().filter(|v| !is_drawable(**v)).count();
        let missing = format!("{} missing: grey", count_of(n_missing, "cell"));
        (n_missing > 0).then_some(missing).into_iter().collect()
    }

    fn draw_cells(&self, canvas: &mut Canvas<'_>, plane: &Plane, share: impl Fn(f64) -> f64) {
        let n_columns = self.columns.len();
        let (w, h) = (plane.area.w / n_columns as f64, plane.area.h / self.rows.len() as f64);
        let gap = if w.min(h) > 10.0 { 1.0 } else { 0.0 };
        let shown = self.shown();
        let size = number_size(&shown, canvas.style.text * 0.92, (w, h));
        for (i, value) in self.values.iter().enumerate() {
            let (row, column) = (i / n_columns, i % n_columns);
            let cell = Area {
                x: plane.area.x + w * column as f64,
                y: plane.area.y + h * row as f64,
                w,
                h,
            };
            let cell = cell.snapped();
            let cell = Area { w: cell.w - gap, h: cell.h - gap, ..cell };
            let ink = if is_drawable(*value) { self.palette.ink(share(*value)) } else { GRID };
            canvas.scene.rect(cell, ink);
            if let Some(size) = size.filter(|_| is_drawable(*value)) {
                let dark = ink.lightness() < 0.5;
                let at = Point { x: cell.centre().x, y: cell.centre().y + size * 0.36 };
                canvas.scene.text(centred(
                    shown[i].clone(),
                    at,
                    size,
                    if dark { PAPER } else { INK },
                ));
            }
        }
    }

    /// All with as many decimals as give the largest one three digits; beyond common sizes, each
    /// by itself.
    fn shown(&self) -> Vec<String> {
        let finite = self.values.iter().filter(|v| is_drawable(**v));
        let largest = finite.fold(0.0, |most: f64, v| most.max(v.abs()));
        let decimals = (2.0 - libm::log10(largest).floor()).clamp(0.0, 6.0) as usize;
        let is_common = (1e-3..1e5).contains(&largest);
        let show = |v: &f64| if is_common { grouped(*v, decimals) } else { brief(*v) };
        self.values.iter().map(show).collect()
    }
}

/// The size at which every number fits its cell; none where it would be too small to read.
fn number_size(shown: &[String], most: f64, (w, h): (f64, f64)) -> Option<f64> {
    let widest = shown.iter().map(|t| width(t, 1.0, Weight::Regular)).fold(0.1, f64::max);
    let size = most.min(h * 0.7).min((w - 6.0) / widest);
    (size >= 8.5).then_some(size)
}

impl Palette {
    fn ink(self, share: f64) -> Ink {
        match self {
            Self::Diverging => diverging(2.0 * share - 1.0),
            Self::Sequential | Self::FromZero => sequential(share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_zero_nothing_is_pale_even_where_all_is_nothing() {
        let map = |values: &[f64], palette| HeatMap {
            titles: Titles::default(),
            x_label: String::new(),
            y_label: String::new(),
            columns: vec![String::new(); values.len()],
            rows: vec![String::new()],
            values: values.to_vec(),
            palette,
        };
        assert_eq!(map(&[0.0, 0.0], Palette::FromZero).span(), Some((0.0, 1.0)));
        assert_eq!(map(&[0.3, 0.5], Palette::FromZero).span(), Some((0.0, 0.5)));
        assert_eq!(map(&[0.3, 0.5], Palette::Sequential).span(), Some((0.3, 0.5)));
        assert_eq!(map(&[f64::NAN], Palette::FromZero).span(), None);
        assert_eq!(Palette::FromZero.ink(0.0), sequential(0.0));
    }
}
