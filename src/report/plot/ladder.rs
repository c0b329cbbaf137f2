//! Two measures of the same rows, side by side: bars to the right, the first row on top.

use super::bars::{Grows, Whisker, bar, whisker};
use super::font::{Weight, width};
use super::frame::{Canvas, Titles, label};
use super::plane::{Axis, AxisKind, Plane, range, with_zero};
use super::scene::{Area, Point, Stroke};
use super::style::{INK, MUTED, series_ink};
use super::ticks::{brief, grouped, is_drawable};
use super::{Chart, Estimate, PlotFault, same_length};

/// One of the two; what is not finite has no bar. `is_log`: equal ratios are equal distances, from
/// 1 on.
#[derive(Debug, Clone, PartialEq)]
pub struct Rungs {
    pub label: String,
    pub values: Vec<Estimate>,
    pub is_log: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    pub titles: Titles,
    pub rows: Vec<String>,
    pub left: Rungs,
    pub right: Rungs,
    pub notes: Vec<String>,
}

/// Share of the width that the left side takes: it has the names.
const LEFT: f64 = 0.54;

impl Chart for Ladder {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        for side in [&self.left, &self.right] {
            same_length(&side.label, self.rows.len(), side.values.len())?;
        }
        let ends = self.left.ends().zip(Some(self.right.ends().unwrap_or((0.0, 1.0))));
        let Some((left, right)) = ends else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &[], &self.notes);
        let first = Area { w: body.w * LEFT, ..body };
        let second = Area { x: first.right(), w: body.w - first.w, ..body };
        self.left.draw(canvas, first, (&self.rows, left), 0);
        // Their names are on the left.
        let blank: Vec<String> = self.rows.iter().map(|_| String::new()).collect();
        self.right.draw(canvas, second, (&blank, right), 1);
        Ok(())
    }
}

impl Rungs {
    fn lifted(&self, value: f64) -> f64 {
        if self.is_log { libm::log10(value.max(1.0)) } else { value }
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let drawn = self.values.iter().filter(|v| is_drawable(v.value));
        let ends = drawn.flat_map(|v| [Some(v.value), v.low(), v.high()].into_iter().flatten());
        let (lo, hi) = with_zero(range(ends.map(|v| self.lifted(v)))?);
        // Room for the number behind the longest bar.
        let room = (hi - lo) * 0.16;
        Some((if lo < 0.0 { lo - room } else { lo }, hi + room))
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        at: Area,
        (names, ends): (&[String], (f64, f64)),
        series: usize,
    ) {
        let kind = if self.is_log { AxisKind::Log } else { AxisKind::Number };
        let x = Axis { kind, ..Axis::number(&self.label, ends) };
        let plane = Plane::laid(canvas, at, &x, &Axis::names("", names));
        let slot = plane.area.h / names.len() as f64;
        let thick = (slot * 0.62).min(44.0);
        for (i, value) in self.values.iter().enumerate().filter(|(_, v)| is_drawable(v.value)) {
            let middle = plane.area.y + slot * (i as f64 + 0.5);
            let to = plane.x.at(self.lifted(value.value));
            let from = plane.x.at(0.0);
            let ink = series_ink(series);
            canvas.scene.rect(bar(Grows::Right, (from, to), (middle - thick / 2.0, thick)), ink);
            let end = self.draw_interval(canvas, &plane, (middle, thick), value);
            let size = canvas.style.text * 0.9;
            // Equal ratios are for counts.
            let text = if self.is_log { grouped(value.value, 0) } else { brief(value.value) };
            let wide = width(&text, size, Weight::Regular);
            let x = if value.value < 0.0 {
                from.min(end.0).min(to) - wide - size * 0.5
            } else {
                from.max(end.1).max(to) + size * 0.5
            };
            let at = Point { x, y: middle + size * 0.36 };
            canvas.scene.text(label(text, at, size, MUTED));
        }
    }

    /// Where the interval begins and ends, in pixels.
    fn draw_interval(
        &self,
        canvas: &mut Canvas<'_>,
        plane: &Plane,
        (middle, thick): (f64, f64),
        value: &Estimate,
    ) -> (f64, f64) {
        let to = plane.x.at(self.lifted(value.value));
        let (Some(low), Some(high)) = (value.low(), value.high()) else { return (to, to) };
        let (low, high) = (plane.x.at(self.lifted(low)), plane.x.at(self.lifted(high)));
        let stroke = Stroke::solid(INK, canvas.style.line * 0.6);
        whisker(
            canvas.scene,
            Grows::Right,
            middle,
            Whisker { low, high, cap: thick * 0.22, stroke },
        );
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::super::scene::Mark;
    use super::*;

    fn ladder(counts: &[f64], bps: &[f64]) -> Ladder {
        let rungs = |label: &str, values: &[f64], is_log| Rungs {
            label: label.into(),
            values: values.iter().map(|v| Estimate { value: *v, interval: None }).collect(),
            is_log,
        };
        Ladder {
            titles: Titles::new("Subject", ""),
            rows: (0..counts.len()).map(|i| format!("gate {i}")).collect(),
            left: rungs("signals", counts, true),
            right: rungs("bps", bps, false),
            notes: vec!["a note".into()],
        }
    }

    #[test]
    fn equal_ratios_are_equal_distances_and_every_number_is_told() {
        let figure = page(&ladder(&[10_000.0, 100.0], &[f64::NAN, -3.0])).unwrap();
        let wide: Vec<f64> = figure
            .0
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Rect { area, fill } if *fill == series_ink(0) => Some(area.w),
                _ => None,
            })
            .collect();
        assert_eq!(wide.len(), 2);
        assert!((wide[0] - 2.0 * wide[1]).abs() < 1e-6, "{wide:?}");
        let svg = figure.svg();
        assert!(svg.contains("gate 1") && svg.contains("a note"));
        assert!(svg.contains(">100<") && svg.contains(">−3.00<"), "counts are whole");
        assert!(matches!(page(&ladder(&[f64::NAN], &[1.0])), Err(PlotFault::Empty(_))));
        assert!(matches!(page(&ladder(&[1.0], &[])), Err(PlotFault::Length { .. })));
    }
}
