//! A few values per group side by side, each with its interval: IC by horizon and model, say.

use super::bars::{Grows, Whisker, bar, whisker};
use super::frame::{Canvas, Key, KeyShape, Titles};
use super::plane::{Axis, Plane, range, with_zero};
use super::scene::Stroke;
use super::style::{INK, series_ink};
use super::ticks::is_drawable;
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
        let (x, y) = (
            Axis::names(&self.x_label, &self.groups),
            Axis::number(&self.y_label, with_zero(ends)),
        );
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
