//! A scene as PNG: tiny-skia fills anti-aliased paths; text is outlines of the embedded typeface.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Shader,
    Stroke as Pen, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

use super::PlotFault;
use super::font::{outline, width};
use super::scene::{Anchor, Area, Ink, Mark, Point, Scene, Stroke, Text, Turn};

pub fn png(scene: &Scene) -> Result<Vec<u8>, PlotFault> {
    let mut pixels = Pixmap::new(scene.width, scene.height)
        .ok_or(PlotFault::Size { width: scene.width, height: scene.height })?;
    pixels.fill(Color::WHITE);
    for mark in &scene.marks {
        draw(&mut pixels, mark);
    }
    pixels.encode_png().map_err(|error| PlotFault::Png(error.to_string()))
}

fn draw(pixels: &mut Pixmap, mark: &Mark) {
    match mark {
        Mark::Rect { area, fill } => rect(pixels, *area, *fill),
        Mark::Line { points, stroke } => line(pixels, points, *stroke),
        Mark::Shape { points, fill: ink } => fill(pixels, path(points, true), *ink),
        Mark::Dots { centres, radius, ink } => fill(pixels, discs(centres, *radius), *ink),
        Mark::Text(text) => words(pixels, text),
    }
}

fn rect(pixels: &mut Pixmap, area: Area, ink: Ink) {
    let [x, y, w, h] = [area.x, area.y, area.w, area.h].map(|v| v as f32);
    if let Some(rect) = Rect::from_xywh(x, y, w, h) {
        pixels.fill_rect(rect, &paint(ink), Transform::identity(), None);
    }
}

fn line(pixels: &mut Pixmap, points: &[Point], stroke: Stroke) {
    let Some(path) = path(points, false) else { return };
    let dash = stroke.dash.and_then(|d| StrokeDash::new(d.map(|v| v as f32).to_vec(), 0.0));
    let pen = Pen {
        width: stroke.width as f32,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Round,
        dash,
        ..Pen::default()
    };
    pixels.stroke_path(&path, &paint(stroke.ink), &pen, Transform::identity(), None);
}

fn fill(pixels: &mut Pixmap, path: Option<Path>, ink: Ink) {
    if let Some(path) = path {
        pixels.fill_path(&path, &paint(ink), FillRule::Winding, Transform::identity(), None);
    }
}

fn paint(ink: Ink) -> Paint<'static> {
    let [r, g, b] = ink.rgb;
    let shader = Shader::SolidColor(Color::from_rgba8(r, g, b, ink.alpha));
    Paint { shader, anti_alias: true, ..Paint::default() }
}

fn path(points: &[Point], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (i, at) in points.iter().enumerate() {
        let (x, y) = (at.x as f32, at.y as f32);
        if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

fn discs(centres: &[Point], radius: f64) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for at in centres {
        builder.push_circle(at.x as f32, at.y as f32, radius as f32);
    }
    builder.finish()
}

/// Baselines lie on whole pixels: letters of one line are equally sharp.
fn words(pixels: &mut Pixmap, text: &Text) {
    let length = width(&text.text, text.size, text.weight);
    let before = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => length / 2.0,
        Anchor::End => length,
    };
    let mut pen = GlyphPen(PathBuilder::new());
    outline(&text.text, text.size, text.weight, &mut pen);
    let Some(path) = pen.0.finish() else { return };
    let (x, y) = (text.at.x, text.at.y);
    // A quarter turn is exact in these numbers; an angle's sine and cosine would not be.
    let place = match text.turn {
        Turn::Level => {
            Transform::from_row(1.0, 0.0, 0.0, 1.0, (x - before) as f32, y.round() as f32)
        }
        Turn::Up => Transform::from_row(0.0, -1.0, 1.0, 0.0, x.round() as f32, (y + before) as f32),
    };
    pixels.fill_path(&path, &paint(text.ink), FillRule::Winding, place, None);
}

struct GlyphPen(PathBuilder);

impl OutlineBuilder for GlyphPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle on whole pixels colours exactly these; an oblique line has half tones.
    #[test]
    fn edges_are_sharp_on_the_grid_and_smooth_off_it() {
        let mut scene = Scene::new(8, 8);
        scene.rect(Area { x: 2.0, y: 2.0, w: 3.0, h: 3.0 }, Ink::new(0x00_00_FF));
        let pixels = decoded(&scene);
        let blue = pixels.pixels().iter().filter(|p| p.red() == 0 && p.blue() == 255).count();
        assert_eq!(blue, 9);
        let mut scene = Scene::new(8, 8);
        scene.segment((0.0, 0.0), (8.0, 5.0), Stroke::solid(Ink::new(0), 1.0));
        let grey = |p: &&tiny_skia::PremultipliedColorU8| (1..255).contains(&p.red());
        assert!(decoded(&scene).pixels().iter().filter(grey).count() > 8);
    }

    fn decoded(scene: &Scene) -> Pixmap {
        Pixmap::decode_png(&png(scene).unwrap()).unwrap()
    }

    #[test]
    fn a_page_without_pixels_is_refused() {
        assert_eq!(png(&Scene::new(0, 5)), Err(PlotFault::Size { width: 0, height: 5 }));
    }
}
