//! A scene as SVG: self-contained, text as text. Where the reader's machine lacks Noto Sans, the
//! stated length keeps every word inside its place.

use std::fmt::Write;

use super::font::{Weight, width};
use super::scene::{Anchor, Area, Ink, Mark, Point, Scene, Stroke, Text, Turn};

const FAMILY: &str = "'Noto Sans','DejaVu Sans','Segoe UI',Helvetica,Arial,sans-serif";

pub fn svg(scene: &Scene) -> String {
    let (w, h) = (scene.width, scene.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\" font-family=\"{FAMILY}\" fill=\"none\" stroke-linejoin=\"round\">\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n"
    );
    for mark in &scene.marks {
        out.push_str(&element(mark));
        out.push('\n');
    }
    out.push_str("</svg>\n");
    out
}

fn element(mark: &Mark) -> String {
    match mark {
        Mark::Rect { area, fill } => rect(*area, *fill),
        Mark::Line { points, stroke } => {
            format!("<path d=\"{}\"{}/>", path(points), line_style(*stroke))
        }
        Mark::Shape { points, fill } => {
            format!("<path d=\"{}Z\"{}/>", path(points), paint("fill", *fill))
        }
        Mark::Dots { centres, radius, ink } => dots(centres, *radius, *ink),
        Mark::Text(text) => text_element(text),
    }
}

fn rect(area: Area, fill: Ink) -> String {
    let [x, y, w, h] = [area.x, area.y, area.w, area.h].map(short);
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{}/>", paint("fill", fill))
}

/// Strokes without length whose round caps are the discs: a quarter of the bytes of circles.
fn dots(centres: &[Point], radius: f64, ink: Ink) -> String {
    let mut path = String::new();
    for at in centres {
        let _ = write!(path, "M{} {}h0", short(at.x), short(at.y));
    }
    let style = paint("stroke", ink);
    let width = short(2.0 * radius);
    format!("<path d=\"{path}\"{style} stroke-width=\"{width}\" stroke-linecap=\"round\"/>")
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (i, at) in points.iter().enumerate() {
        let verb = if i == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{verb}{} {}", short(at.x), short(at.y));
    }
    path
}

fn line_style(stroke: Stroke) -> String {
    let mut style = paint("stroke", stroke.ink);
    let _ = write!(style, " stroke-width=\"{}\"", short(stroke.width));
    if let Some([dash, gap]) = stroke.dash {
        let _ = write!(style, " stroke-dasharray=\"{} {}\"", short(dash), short(gap));
    }
    style
}

fn paint(property: &str, ink: Ink) -> String {
    let [r, g, b] = ink.rgb;
    let mut paint = format!(" {property}=\"#{r:02x}{g:02x}{b:02x}\"");
    if ink.alpha < 255 {
        let _ = write!(paint, " {property}-opacity=\"{}\"", short(f64::from(ink.alpha) / 255.0));
    }
    paint
}

fn text_element(text: &Text) -> String {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = match text.weight {
        Weight::Regular => "",
        Weight::Bold => " font-weight=\"bold\"",
    };
    let (x, y) = (short(text.at.x), short(text.at.y));
    let turn = match text.turn {
        Turn::Level => String::new(),
        Turn::Up => format!(" transform=\"rotate(-90 {x} {y})\""),
    };
    let length = short(width(&text.text, text.size, text.weight));
    let (size, ink) = (short(text.size), paint("fill", text.ink));
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor}{ink}{turn} \
         textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
        escaped(&text.text)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML 1.0 has no place for control characters, not even escaped.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// At most two decimals: a hundredth of a pixel.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [short(1.0), short(0.126), short(-0.001), short(-2.5)],
            ["1", "0.13", "0", "-2.5"]
        );
    }

    #[test]
    fn a_name_cannot_break_the_markup() {
        assert_eq!(escaped("a<b>&\u{1}c"), "a&lt;b&gt;&amp; c");
    }

    #[test]
    fn marks_become_elements() {
        let mut scene = Scene::new(10, 20);
        scene.rect(Area { x: 1.0, y: 2.0, w: 3.0, h: 4.0 }, Ink::new(0x0A_0B_0C).veiled(51));
        scene.dots(vec![Point { x: 1.5, y: 2.0 }], 2.0, Ink::new(0xFF_00_00));
        let text = svg(&scene);
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
        let rect = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#0a0b0c\" fill-opacity=\"0.2\"/>";
        assert!(text.contains(rect), "{text}");
        assert!(text.contains("d=\"M1.5 2h0\" stroke=\"#ff0000\" stroke-width=\"4\""), "{text}");
    }
}
