//! How groups are spread: five numbers and the mean of each, side by side.

use super::bars::{Grows, Whisker, bar, whisker};
use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, Plane, padded, range};
use super::scene::{Ink, Point, Stroke};
use super::style::{INK, PAPER, SERIES};
use super::ticks::{grouped, is_drawable};
use super::{Chart, PlotFault};

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxRow {
    pub name: String,
    pub n: u64,
    pub mean: f64,
    /// Ascending: whisker, box, median, box, whisker.
    pub five: [f64; 5],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub rows: Vec<BoxRow>,
    /// What the five numbers are.
    pub five: String,
}

impl Chart for Boxes {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let ends =
            range(self.rows.iter().flat_map(|row| row.drawn().into_iter().chain([row.mean])));
        let Some((lo, hi)) = ends else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let few = self.rows.iter().any(|row| (1..WHISKERED).contains(&row.n));
        let few = few.then(|| format!("none below {WHISKERED} trades"));
        let notes: Vec<String> = std::iter::once(self.five.clone()).chain(few).collect();
        let body = canvas.framed(&self.titles, &keys(), &notes);
        let name = |row: &BoxRow| format!("{} ({})", row.name, grouped(row.n as f64, 0));
        let names: Vec<String> = self.rows.iter().map(name).collect();
        let x = Axis::names(&self.x_label, &names);
        let y = Axis::number(&self.y_label, padded((lo.min(0.0), hi.max(0.0))));
        let plane = Plane::laid(canvas, body, &x, &y);
        let slot = plane.area.w / self.rows.len() as f64;
        for (i, row) in self.rows.iter().enumerate() {
            let middle = plane.area.x + slot * (i as f64 + 0.5);
            row.draw(canvas, &plane, (middle, (slot * 0.56).min(canvas.style.text * 5.0)));
        }
        Ok(())
    }
}

/// A twentieth of fewer is less than one.
const WHISKERED: u64 = 20;

fn keys() -> Vec<Key> {
    let key = |name: &str, ink, shape| Key { name: name.to_owned(), ink, shape };
    vec![
        key("middle half of the trades", box_ink(), KeyShape::Box),
        key("median", INK, KeyShape::Line(None)),
        key("mean", SERIES[1], KeyShape::Dot),
    ]
}

/// Not veiled: the whisker behind it ends at its edges.
fn box_ink() -> Ink {
    SERIES[0].toward(PAPER, 0.55)
}

impl BoxRow {
    /// The numbers that are drawn: of few trades no whiskers.
    fn drawn(&self) -> [f64; 5] {
        let [low, q1, median, q3, high] = self.five;
        if self.n < WHISKERED { [q1, q1, median, q3, q3] } else { [low, q1, median, q3, high] }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, plane: &Plane, (middle, thick): (f64, f64)) {
        let five = self.drawn();
        if !five.iter().all(|value| is_drawable(*value)) {
            return;
        }
        let [low, q1, median, q3, high] = five.map(|value| plane.y.at(value));
        let line = canvas.style.line;
        let stroke = Stroke::solid(INK, line * 0.6);
        if self.n >= WHISKERED {
            let ends = Whisker { low, high, cap: thick * 0.18, stroke };
            whisker(canvas.scene, Grows::Up, middle, ends);
        }
        let left = middle - thick / 2.0;
        let area = bar(Grows::Up, (q1, q3), (left, thick));
        canvas.scene.rect(area, box_ink());
        canvas.scene.segment((left, median), (left + thick, median), Stroke::solid(INK, line));
        if is_drawable(self.mean) {
            let centre = Point { x: middle, y: plane.y.at(self.mean) };
            canvas.scene.dots(vec![centre], line * 1.9, SERIES[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::super::scene::Mark;
    use super::*;

    #[test]
    fn a_box_spans_its_quartiles_and_its_name_tells_how_many_are_in_it() {
        let row =
            BoxRow { name: "stop".into(), n: 70, mean: 1.0, five: [-4.0, -2.0, 0.0, 2.0, 4.0] };
        let chart = Boxes {
            titles: Titles::new("Subject", ""),
            x_label: "exit".into(),
            y_label: "bps".into(),
            rows: vec![row],
            five: "5, 25, 50, 75, 95 %".into(),
        };
        let figure = page(&chart).unwrap();
        assert!(figure.svg().contains("stop (70)"));
        let heights = figure.0.marks.iter().filter_map(|mark| match mark {
            Mark::Rect { area, fill } if *fill == box_ink() => Some(area.h),
            _ => None,
        });
        let whiskers = figure.0.marks.iter().filter_map(|mark| match mark {
            Mark::Line { points, .. } if points[0].x == points[1].x => {
                Some((points[0].y - points[1].y).abs())
            }
            _ => None,
        });
        let heights: Vec<f64> = heights.collect();
        let tall = heights.iter().copied().fold(0.0, f64::max);
        assert!(whiskers.into_iter().any(|w| (w - 2.0 * tall).abs() < 1e-6), "{heights:?}");
        let few = BoxRow { n: 19, ..chart.rows[0].clone() };
        assert_eq!(few.drawn(), [-2.0, -2.0, 0.0, 2.0, 2.0]);
        let empty = BoxRow { name: "07".into(), n: 0, mean: f64::NAN, five: [f64::NAN; 5] };
        let svg = page(&Boxes { rows: vec![few, empty], ..chart.clone() }).unwrap().svg();
        assert!(svg.contains("none below 20 trades") && svg.contains("07 (0)"), "{svg}");
        let none = Boxes { rows: vec![], ..chart };
        assert!(matches!(page(&none), Err(PlotFault::Empty(_))));
    }
}
