//! Places on the x axis that have a name: the best round, a mean, a retraining.

use super::font::{Weight, width};
use super::frame::{Canvas, label};
use super::plane::Plane;
use super::scene::{Point, Stroke, crisp};
use super::style::INK;

/// Drawn as a dashed line over the whole height; the label may be empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Upright<'a> {
    pub at: f64,
    pub label: &'a str,
}

/// Labels stand above their lines, moved to the right where they would cover another.
pub fn draw_uprights(canvas: &mut Canvas<'_>, plane: &Plane, uprights: &[Upright<'_>]) {
    let (area, size) = (plane.area, canvas.style.text * 0.92);
    let mut sorted: Vec<Upright<'_>> =
        uprights.iter().filter(|upright| plane.x.holds(upright.at)).copied().collect();
    sorted.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut free_from = plane.label_end_px + size;
    for upright in sorted {
        let x = crisp(plane.x.at(upright.at));
        let stroke = Stroke::dashed(INK, canvas.style.line * 0.6, [6.0, 4.0]);
        canvas.scene.segment((x, area.y), (x, area.bottom()), stroke);
        let wide = width(upright.label, size, Weight::Regular);
        let start = (x - wide / 2.0).max(free_from).min(area.right() - wide);
        let at = Point { x: start, y: area.y - size * 0.3 };
        canvas.scene.text(label(upright.label.to_owned(), at, size, INK));
        free_from = if wide > 0.0 { start + wide + size * 0.8 } else { free_from };
    }
}
