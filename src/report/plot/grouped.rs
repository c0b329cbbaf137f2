//! A few values per group side by side, each with its interval: IC by horizon and model, say.

use super::bars::{Grows, Whisker, bar, centred, whisker};
use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, AxisKind, Plane, range, with_zero};
use super::scene::{Point, Stroke};
use super::style::{INK, series_ink};
use super::ticks::{brief, grouped as figures, is_drawable};
use super::{Chart, Estimate, PlotFault, count_of, same_length};

/// One colour: a value for each group.
#[derive(Debug, Clone, PartialEq)]
pub struct BarSeries {
    pub name: String,
    pub values: Vec<Estimate>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GroupedBars {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub groups: Vec<String>,
    pub series: Vec<BarSeries>,
    /// What the whiskers are: `95 % interval, HAC`.
    pub interval: String,
    /// Every value in figures at the end of its bar.
    pub with_values: bool,
    /// At least so many letters' room left of the bars: charts above each other begin at one place.
    pub left_letters: f64,
}

impl Chart for GroupedBars {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        for series in &self.series {
            same_length(&series.name, self.groups.len(), series.values.len())?;
        }
        let all =
            self.series.iter().flat_map(|series| &series.values).filter(|v| is_drawable(v.value));
        let ends = all.flat_map(|v| [Some(v.value), v.low(), v.high()].into_iter().flatten());
        let Some(ends) = range(ends) else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes());
        let x = Axis::names(&self.x_label, &self.groups);
        let kind = if self.are_counts() { AxisKind::Whole } else { AxisKind::Number };
        let room_px = canvas.style.text * self.left_letters;
        let y = Axis { kind, room_px, ..Axis::number(&self.y_label, self.span(ends)) };
        let plane = Plane::laid(canvas, body, &x, &y);
        for (i, series) in self.series.iter().enumerate() {
            for (group, estimate) in series.values.iter().enumerate() {
                self.draw_bar(canvas, &plane, (group, i), estimate);
            }
        }
        Ok(())
    }
}

impl GroupedBars {
    fn keys(&self) -> Vec<Key> {
        let key = |(i, series): (usize, &BarSeries)| Key {
            name: series.name.clone(),
            ink: series_ink(i),
            shape: KeyShape::Box,
        };
        self.series.iter().enumerate().map(key).collect()
    }

    fn notes(&self) -> Vec<String> {
        let all = || self.series.iter().flat_map(|series| &series.values);
        let whiskers = (!self.interval.is_empty()).then(|| format!("whiskers: {}", self.interval));
        let n_missing = all().filter(|v| !is_drawable(v.value)).count();
        let missing = (n_missing > 0)
            .then(|| format!("{} left out: not known", count_of(n_missing, "value")));
        whiskers.into_iter().chain(missing).collect()
    }

    /// Small whole numbers, and nothing that is uncertain.
    fn are_counts(&self) -> bool {
        let mut all = self.series.iter().flat_map(|series| &series.values);
        let is_count = |v: &Estimate| v.value.fract() == 0.0 && v.value.abs() < 1e5;
        all.all(|v| v.interval.is_none() && (is_count(v) || !is_drawable(v.value)))
    }

    /// With room for figures at the bars' ends.
    fn span(&self, ends: (f64, f64)) -> (f64, f64) {
        let (lo, hi) = with_zero(ends);
        let room = if self.with_values { (hi - lo) * 0.06 } else { 0.0 };
        (if lo < 0.0 { lo - room } else { lo }, if ends.1 > 0.0 { hi + room } else { hi })
    }

    fn draw_value(canvas: &mut Canvas<'_>, (x, y): (f64, f64), value: f64) {
        let size = canvas.style.text * 0.95;
        let below = if value < 0.0 { size * 1.15 } else { -size * 0.4 };
        let text = if value.abs() >= 100.0 { figures(value, 0) } else { brief(value) };
        canvas.scene.text(centred(text, Point { x, y: y + below }, size, INK));
    }

    fn draw_bar(
        &self,
        canvas: &mut Canvas<'_>,
        plane: &Plane,
        (group, i): (usize, usize),
        estimate: &Estimate,
    ) {
        if !is_drawable(estimate.value) {
            return;
        }
        let slot = plane.area.w / self.groups.len() as f64;
        let thick = (slot * 0.74 / self.series.len() as f64).min(canvas.style.text * 5.0);
        let all = thick * self.series.len() as f64;
        let side = plane.area.x + slot * (group as f64 + 0.5) - all / 2.0 + thick * i as f64;
        let ends = (plane.y.at(0.0), plane.y.at(estimate.value));
        let gap = (thick * 0.08).min(3.0);
        canvas.scene.rect(bar(Grows::Up, ends, (side + gap, thick - 2.0 * gap)), series_ink(i));
        if let (Some(low), Some(high)) = (estimate.low(), estimate.high()) {
            let stroke = Stroke::solid(INK, canvas.style.line * 0.65);
            let ends = Whisker {
                low: plane.y.at(low),
                high: plane.y.at(high),
                cap: (thick * 0.16).min(9.0),
                stroke,
            };
            whisker(canvas.scene, Grows::Up, side + thick / 2.0, ends);
        }
        if self.with_values {
            let at = (side + thick / 2.0, plane.y.at(estimate.value));
            Self::draw_value(canvas, at, estimate.value);
        }
    }
}

impl Estimate {
    pub(super) fn low(&self) -> Option<f64> {
        self.interval.map(|(low, _)| low).filter(|v| is_drawable(*v))
    }

    pub(super) fn high(&self) -> Option<f64> {
        self.interval.map(|(_, high)| high).filter(|v| is_drawable(*v))
    }
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::*;

    fn bars(values: &[f64]) -> GroupedBars {
        let value = |v: &f64| Estimate { value: *v, interval: None };
        GroupedBars {
            titles: Titles::default(),
            x_label: String::new(),
            y_label: String::new(),
            groups: values.iter().map(ToString::to_string).collect(),
            series: vec![BarSeries {
                name: String::new(),
                values: values.iter().map(value).collect(),
            }],
            interval: String::new(),
            with_values: true,
            left_letters: 0.0,
        }
    }

    #[test]
    fn counts_have_whole_ticks_and_bars_their_figures() {
        assert!(bars(&[2.0, 0.0, f64::NAN]).are_counts());
        assert!(!bars(&[2.0, 0.5]).are_counts() && !bars(&[2e6]).are_counts());
        let svg = page(&bars(&[2.0, 1.0])).unwrap().svg();
        assert!(!svg.contains(">0.5<") && !svg.contains(">1.5<"), "{svg}");
        let svg = page(&bars(&[-54_210.4, 12_000.25])).unwrap().svg();
        assert!(svg.contains(">−54,210<") && svg.contains(">12,000<"), "{svg}");
    }
}
