//! Marks that several charts share.

use super::font::{Weight, width};
use super::frame::{Canvas, label};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Text};
use super::style::MUTED;
use super::ticks::Tick;

/// The direction in which a bar grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grows {
    Right,
    Up,
}

/// An interval as a line with end caps; `at` is where it stands on the other axis.
pub fn whisker(scene: &mut Scene, grows: Grows, at: f64, ends: Whisker) {
    let Whisker { low, high, cap, stroke } = ends;
    let turned = |along: f64, across: f64| match grows {
        Grows::Right => (along, across),
        Grows::Up => (across, along),
    };
    scene.segment(turned(low, at), turned(high, at), stroke);
    for end in [low, high] {
        scene.segment(turned(end, at - cap), turned(end, at + cap), stroke);
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Whisker {
    pub low: f64,
    pub high: f64,
    /// Half the length of the caps.
    pub cap: f64,
    pub stroke: Stroke,
}

/// A bar between two places in pixels, whichever is the lower.
pub fn bar(grows: Grows, (from, to): (f64, f64), (side, thick): (f64, f64)) -> Area {
    let (start, length) = (from.min(to), (to - from).abs());
    match grows {
        Grows::Right => Area { x: start, y: side, w: length, h: thick },
        Grows::Up => Area { x: side, y: start, w: thick, h: length },
    }
}

/// How wide a ramp with these labels is.
pub fn ramp_width(canvas: &Canvas<'_>, ticks: &[Tick]) -> f64 {
    let size = canvas.style.text;
    let widest = ticks.iter().map(|t| width(&t.label, size, Weight::Regular)).fold(0.0, f64::max);
    widest + size * 2.6
}

/// The key of a colour scale: from bottom (0) to top (1). Ticks carry shares as values.
pub fn ramp(canvas: &mut Canvas<'_>, at: Area, ink: impl Fn(f64) -> Ink, ticks: &[Tick]) {
    const N_STEPS: usize = 64;
    let size = canvas.style.text;
    let (x, step) = (at.x + size * 1.2, at.h / N_STEPS as f64);
    for i in 0..N_STEPS {
        let share = (i as f64 + 0.5) / N_STEPS as f64;
        let y = at.bottom() - step * (i as f64 + 1.0);
        canvas.scene.rect(Area { x, y, w: size * 0.7, h: step }.snapped(), ink(share));
    }
    for tick in ticks {
        let y = at.bottom() - tick.value * at.h + size * 0.36;
        let place = Point { x: x + size * 1.1, y };
        canvas.scene.text(label(tick.label.clone(), place, size, MUTED));
    }
}

/// A word whose middle is at `x`.
pub fn centred(text: String, at: Point, size: f64, ink: Ink) -> Text {
    Text { anchor: Anchor::Middle, ..label(text, at, size, ink) }
}
