//! A table of numbers as colours, with the numbers where there is room.

use super::bars::{centred, ramp, ramp_width};
use super::font::{Weight, width};
use super::frame::{Canvas, Titles};
use super::plane::{Axis, Plane, range};
use super::scene::{Anchor, Area, Ink, Point, Text};
use super::style::{GRID, INK, MUTED, PAPER, diverging, sequential};
use super::ticks::{Tick, brief, grouped, is_drawable, number_ticks};
use super::{Chart, PlotFault, count_of, same_length};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Palette {
    /// Blue below zero, vermilion above, white at zero.
    Diverging,
    /// From the least (pale) to the largest (dark).
    Sequential,
    /// From zero (pale) to the largest (dark), where nothing is below zero.
    FromZero,
    /// As [`Self::FromZero`], up to this: what is larger is as dark. A cell at zero has no number.
    UpTo(f64),
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
    /// What the colours measure, above their key; may be empty.
    pub measure: String,
}

impl Chart for HeatMap {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        same_length(&self.titles.title, self.columns.len() * self.rows.len(), self.values.len())?;
        let Some(span) = self.span() else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &[], &self.notes());
        let ticks = number_ticks(span.0, span.1, (body.h / (canvas.style.text * 4.0)) as usize);
        let share = |v: f64| ((v - span.0) / (span.1 - span.0)).min(1.0);
        let is_open = |value: f64| self.palette == Palette::UpTo(value);
        let label =
            |t: &Tick| if is_open(t.value) { format!("≥ {}", t.label) } else { t.label.clone() };
        let ticks: Vec<Tick> = ticks
            .into_iter()
            .map(|t| Tick { label: label(&t), value: share(t.value), under: None })
            .collect();
        let right = ramp_width(canvas, &ticks);
        let body = Area { w: body.w - right, ..body };
        let (x, y) =
            (Axis::names(&self.x_label, &self.columns), Axis::names(&self.y_label, &self.rows));
        let plane = Plane::laid(canvas, body, &x, &y);
        let at = Area { x: body.right(), w: right, ..plane.area };
        ramp(canvas, at, |share| self.palette.ink(share), &ticks);
        let place = Point { x: body.right() + right, y: plane.area.y - canvas.style.text * 0.95 };
        let measure = super::frame::label(self.measure.clone(), place, canvas.style.text, MUTED);
        canvas.scene.text(Text { anchor: Anchor::End, ..measure });
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
            Palette::UpTo(most) => (0.0, most),
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

    /// All with as many decimals as give the largest one three digits, none where all are whole;
    /// beyond common sizes, each by itself.
    fn shown(&self) -> Vec<String> {
        let finite = self.values.iter().filter(|v| is_drawable(**v));
        let largest = finite.fold(0.0, |most: f64, v| most.max(v.abs()));
        let are_whole = self.values.iter().all(|v| !is_drawable(*v) || v.fract() == 0.0);
        let decimals = match are_whole {
            true => 0,
            false => (2.0 - libm::log10(largest).floor()).clamp(0.0, 6.0) as usize,
        };
        let is_common = (1e-3..1e5).contains(&largest);
        let is_blank = |v: f64| v == 0.0 && matches!(self.palette, Palette::UpTo(_));
        let show = |v: &f64| match is_common {
            _ if is_blank(*v) => String::new(),
            true => grouped(*v, decimals),
            false => brief(*v),
        };
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
            Self::Sequential | Self::FromZero | Self::UpTo(_) => sequential(share),
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
            measure: String::new(),
        };
        assert_eq!(map(&[0.0, 0.0], Palette::FromZero).span(), Some((0.0, 1.0)));
        assert_eq!(map(&[0.3, 0.5], Palette::FromZero).span(), Some((0.0, 0.5)));
        assert_eq!(map(&[0.3, 0.5], Palette::Sequential).span(), Some((0.3, 0.5)));
        assert_eq!(map(&[f64::NAN], Palette::FromZero).span(), None);
        assert_eq!(Palette::FromZero.ink(0.0), sequential(0.0));
        let capped = map(&[0.0, 0.25, 0.9], Palette::UpTo(0.5));
        assert_eq!(capped.span(), Some((0.0, 0.5)));
        assert_eq!(capped.shown(), ["", "0.250", "0.900"]);
        let svg = super::super::page(&HeatMap { measure: "PSI".into(), ..capped }).unwrap().svg();
        assert!(svg.contains("≥ 0.5") && svg.contains(">PSI<") && !svg.contains("0.000"), "{svg}");
    }
}
