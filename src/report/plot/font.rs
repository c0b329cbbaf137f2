//! The embedded typeface, Noto Sans: no machine's own fonts, so the same text is the same pixels.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

static REGULAR: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(ttf_noto_sans::REGULAR, 0).ok());
static BOLD: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(ttf_noto_sans::BOLD, 0).ok());

fn face(weight: Weight) -> Option<&'static Face<'static>> {
    match weight {
        Weight::Regular => REGULAR.as_ref(),
        Weight::Bold => BOLD.as_ref(),
    }
}

/// The width of a line of text set at `size` pixels.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let Some(face) = face(weight) else { return 0.0 };
    let units: u32 = text.chars().map(|c| u32::from(advance(face, c))).sum();
    f64::from(units) * size / f64::from(face.units_per_em())
}

/// The text, cut short with an ellipsis where it is wider than `room`.
pub fn fitted(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let longer = format!("{kept}{c}");
        if width(&format!("{longer}…"), size, weight) > room {
            break;
        }
        kept = longer;
    }
    format!("{}…", kept.trim_end())
}

/// The text broken between words into at most `n_lines` lines; the last one is cut short if need be.
pub fn wrapped(text: &str, size: f64, room: f64, n_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match joined {
            Some(joined)
                if lines.len() == n_lines || width(&joined, size, Weight::Regular) <= room =>
            {
                if let Some(line) = lines.last_mut() {
                    *line = joined;
                }
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fitted(line, size, Weight::Regular, room)).collect()
}

/// Draws the outlines of a line of text that starts at the origin, in pixels, y downward.
pub fn outline(text: &str, size: f64, weight: Weight, pen: &mut dyn OutlineBuilder) {
    let Some(face) = face(weight) else { return };
    let scale = (size / f64::from(face.units_per_em())) as f32;
    let mut x = 0.0;
    for c in text.chars() {
        let mut placed = Placed { pen: &mut *pen, x, scale };
        face.outline_glyph(glyph(face, c), &mut placed);
        x += f32::from(advance(face, c)) * scale;
    }
}

fn glyph(face: &Face<'_>, c: char) -> GlyphId {
    face.glyph_index(c).unwrap_or_default()
}

fn advance(face: &Face<'_>, c: char) -> u16 {
    face.glyph_hor_advance(glyph(face, c)).unwrap_or_default()
}

/// Moves a glyph to its place in the line and turns its y axis over.
struct Placed<'a> {
    pen: &'a mut dyn OutlineBuilder,
    x: f32,
    scale: f32,
}

impl Placed<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Placed<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.pen.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.pen.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.pen.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.pen.curve_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.pen.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_have_the_characters_that_charts_use() {
        for weight in [Weight::Regular, Weight::Bold] {
            let face = face(weight).unwrap();
            for c in "Az09−–—…·×±≤≥µσΔρ²%".chars() {
                assert!(face.glyph_index(c).is_some(), "{c}");
            }
        }
    }

    #[test]
    fn width_grows_with_size_and_text() {
        let once = width("return", 10.0, Weight::Regular);
        assert!(once > 20.0 && once < 60.0, "{once}");
        assert!((width("return", 20.0, Weight::Regular) - 2.0 * once).abs() < 1e-9);
        assert!((width("returnreturn", 10.0, Weight::Regular) - 2.0 * once).abs() < 1e-9);
        assert!(width("return", 10.0, Weight::Bold) > once);
    }

    #[test]
    fn a_fitted_text_fits_and_says_that_it_was_cut() {
        let long = "a name that goes on and on";
        let cut = fitted(long, 12.0, Weight::Regular, 80.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, Weight::Regular) <= 80.0, "{cut}");
        assert_eq!(fitted("short", 12.0, Weight::Regular, 80.0), "short");
    }

    #[test]
    fn wrapped_lines_keep_every_word_while_there_is_room() {
        let lines = wrapped("one two three four", 12.0, 60.0, 4);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), "one two three four");
        let cut = wrapped("one two three four five six", 12.0, 60.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
    }
}
