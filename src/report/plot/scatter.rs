//! Points on two axes of numbers, some with a word beside them, some joined in their order.

use super::font::{Weight, width};
use super::frame::{Canvas, Key, KeyShape, Titles, label};
use super::plane::{Axis, Plane, padded, range};
use super::scene::{Area, Ink, Point, Stroke};
use super::style::{INK, series_ink};
use super::ticks::is_drawable;
use super::{Chart, PlotFault, count_of, same_length};

/// One colour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cloud {
    pub name: String,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// One for each point, or none at all.
    pub labels: Vec<String>,
    /// A line from point to point.
    pub is_joined: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub clouds: Vec<Cloud>,
    /// The y axis holds zero even where the points are far from it.
    pub with_zero: bool,
}

impl Chart for Scatter {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        for cloud in &self.clouds {
            same_length(&cloud.name, cloud.x.len(), cloud.y.len())?;
            if !cloud.labels.is_empty() {
                same_length(&cloud.name, cloud.x.len(), cloud.labels.len())?;
            }
        }
        let places = || self.clouds.iter().flat_map(Cloud::places);
        let ends = range(places().map(|(_, x, _)| x)).zip(range(places().map(|(_, _, y)| y)));
        let Some((xs, (lo, hi))) = ends else {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        };
        let ys = if self.with_zero { (lo.min(0.0), hi.max(0.0)) } else { (lo, hi) };
        let body = canvas.framed(&self.titles, &self.keys(), &self.notes());
        let x = Axis::number(&self.x_label, padded(xs));
        let plane = Plane::laid(canvas, body, &x, &Axis::number(&self.y_label, padded(ys)));
        let is_many = places().count() > FEW;
        for (i, cloud) in self.clouds.iter().enumerate() {
            cloud.draw(canvas, &plane, (series_ink(i), is_many));
        }
        Ok(())
    }
}

/// More points than this are drawn smaller and let each other shine through.
const FEW: usize = 200;

impl Scatter {
    fn keys(&self) -> Vec<Key> {
        if self.clouds.len() < 2 {
            return Vec::new();
        }
        let key = |(i, cloud): (usize, &Cloud)| Key {
            name: format!("{} ({})", cloud.name, super::ticks::grouped(cloud.x.len() as f64, 0)),
            ink: series_ink(i),
            shape: KeyShape::Dot,
        };
        self.clouds.iter().enumerate().map(key).collect()
    }

    fn notes(&self) -> Vec<String> {
        let missing = |cloud: &Cloud| cloud.x.len() - cloud.places().count();
        let n_missing: usize = self.clouds.iter().map(missing).sum();
        let note = format!("{} left out: not finite", count_of(n_missing, "point"));
        (n_missing > 0).then_some(note).into_iter().collect()
    }
}

impl Cloud {
    /// Number, x and y of what can be drawn.
    fn places(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let all = self.x.iter().zip(&self.y).enumerate().map(|(i, (x, y))| (i, *x, *y));
        all.filter(|(_, x, y)| is_drawable(*x) && is_drawable(*y))
    }

    fn draw(&self, canvas: &mut Canvas<'_>, plane: &Plane, (ink, is_many): (Ink, bool)) {
        let at = |(_, x, y)| Point { x: plane.x.at(x), y: plane.y.at(y) };
        let points: Vec<Point> = self.places().map(at).collect();
        let line = canvas.style.line;
        if self.is_joined {
            canvas.scene.line(points.clone(), Stroke::solid(ink.veiled(130), line * 0.8));
        }
        let (radius, ink) = if is_many { (line * 1.1, ink.veiled(150)) } else { (line * 2.1, ink) };
        canvas.scene.dots(apart(&points), radius, ink);
        let words = self.places().filter_map(|(i, _, _)| self.labels.get(i));
        let size = canvas.style.text * 0.92;
        for (word, at) in words.zip(placed(&points, self, (plane.area, size))) {
            canvas.scene.text(label(word.clone(), at, size, INK));
        }
    }
}

/// Where each point's word begins: beside it, above or below, where no other word is.
fn placed(points: &[Point], cloud: &Cloud, (area, size): (Area, f64)) -> Vec<Point> {
    let mut taken: Vec<Area> = Vec::new();
    let mut places = Vec::new();
    let words = cloud.places().filter_map(|(i, _, _)| cloud.labels.get(i));
    for (point, word) in points.iter().zip(words) {
        let w = width(word, size, Weight::Regular);
        let at = |(right, line): &(bool, f64)| {
            let x = if *right { point.x + size * 0.7 } else { point.x - size * 0.7 - w };
            let x = x.max(area.x).min(area.right() - w);
            let y = (point.y + size * line).max(area.y + size).min(area.bottom() - size * 0.3);
            Area { x, y: y - size, w, h: size * 1.15 }
        };
        let lines = [-0.5, 1.4, -1.8, 2.7, -3.1, 4.0];
        let sides = lines.map(|line| [(true, line), (false, line)]).concat();
        let fits = |(right, _): &&(bool, f64)| {
            let end = point.x + size * 0.7 + w;
            !right || end <= area.right()
        };
        let is_free = |area: &Area| !taken.iter().any(|other| meet(area, other));
        let is_struck =
            |area: &Area| cloud.is_joined && points.windows(2).any(|ends| strikes(area, ends));
        let around = || sides.iter().filter(fits).map(at).filter(is_free);
        let clear = around().find(|area| !is_struck(area)).or_else(|| around().next());
        let found = clear.unwrap_or_else(|| at(&sides[0]));
        places.push(Point { x: found.x, y: found.y + size });
        taken.push(found);
    }
    places
}

const fn meet(a: &Area, b: &Area) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// Whether the line between two points goes through an area (Liang & Barsky 1984: the part of the
/// line that lies between each pair of edges).
fn strikes(area: &Area, ends: &[Point]) -> bool {
    let [a, b] = ends else { return false };
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (from, step, low, high) in
        [(a.x, b.x - a.x, area.x, area.right()), (a.y, b.y - a.y, area.y, area.bottom())]
    {
        if step == 0.0 {
            if from < low || from > high {
                return false;
            }
        } else {
            let (enters, leaves) = ((low - from) / step, (high - from) / step);
            first = first.max(enters.min(leaves));
            last = last.min(enters.max(leaves));
        }
    }
    first <= last
}

/// Points on the same half pixel are one: nobody could tell them apart.
fn apart(points: &[Point]) -> Vec<Point> {
    let place = |p: &Point| ((p.x * 2.0).round() as i64, (p.y * 2.0).round() as i64);
    let mut seen = std::collections::BTreeSet::new();
    points.iter().copied().filter(|p| seen.insert(place(p))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::super::scene::Mark;
    use super::*;

    fn cloud() -> Scatter {
        let cloud = Cloud {
            name: "thresholds".into(),
            x: vec![3.0, 1.0, 1.0, f64::NAN],
            y: vec![-1.0, 0.5, 0.5, 2.0],
            labels: ["a", "b", "c", "d"].map(String::from).to_vec(),
            is_joined: true,
        };
        Scatter {
            titles: Titles::new("Subject", "Finding."),
            x_label: "x".into(),
            y_label: "y".into(),
            clouds: vec![cloud],
            with_zero: true,
        }
    }

    #[test]
    fn points_on_one_place_are_drawn_once_and_every_word_is_there() {
        let svg = page(&cloud()).unwrap().svg();
        for word in ["a", "b", "c", "1 point is left out"] {
            assert!(svg.contains(&format!(">{word}")), "{word}");
        }
        assert!(!svg.contains(">d<"));
        let figure = page(&cloud()).unwrap();
        let dots = figure.0.marks.iter().find_map(|mark| match mark {
            Mark::Dots { centres, .. } => Some(centres.len()),
            _ => None,
        });
        assert_eq!(dots, Some(2));
    }

    #[test]
    fn words_of_near_points_do_not_cover_each_other() {
        let mut chart = cloud();
        chart.clouds[0].x = vec![1.0, 1.001, 1.002, 5.0];
        chart.clouds[0].y = vec![1.0; 4];
        chart.clouds[0].labels = ["first", "second", "third", "fourth"].map(String::from).to_vec();
        let figure = page(&chart).unwrap();
        let word = |name: &str| {
            figure.0.marks.iter().find_map(|mark| match mark {
                Mark::Text(text) if text.text == name => {
                    let w = width(name, text.size, Weight::Regular);
                    let (x, y) = (text.at.x, text.at.y - text.size);
                    Some(Area { x, y, w, h: text.size })
                }
                _ => None,
            })
        };
        let words = ["first", "second", "third"].map(|name| word(name).unwrap());
        for (i, a) in words.iter().enumerate() {
            assert!(words[i + 1..].iter().all(|b| !meet(a, b)), "{words:?}");
        }
    }

    #[test]
    fn no_line_goes_through_a_word_that_has_room_elsewhere() {
        let at = |x, y| Point { x, y };
        let area = Area { x: 10.0, y: 10.0, w: 20.0, h: 5.0 };
        assert!(strikes(&area, &[at(0.0, 0.0), at(40.0, 25.0)]));
        assert!(strikes(&area, &[at(12.0, 12.0), at(13.0, 12.0)]));
        assert!(!strikes(&area, &[at(0.0, 0.0), at(9.0, 40.0)]));
        assert!(!strikes(&area, &[at(0.0, 16.0), at(40.0, 16.0)]));
        assert!(!strikes(&area, &[at(0.0, 0.0), at(12.0, 8.0)]));
        // Rising to the right, with the word where the line goes on.
        let mut cloud = cloud().clouds.remove(0);
        (cloud.x, cloud.y) = (vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]);
        cloud.labels = vec!["a long word".to_owned(); 3];
        let points = [at(100.0, 300.0), at(250.0, 240.0), at(400.0, 180.0)];
        let page = Area { x: 0.0, y: 0.0, w: 600.0, h: 400.0 };
        for place in placed(&points, &cloud, (page, 12.0)) {
            let w = width("a long word", 12.0, Weight::Regular);
            let word = Area { x: place.x, y: place.y - 12.0, w, h: 13.0 };
            assert!(!points.windows(2).any(|ends| strikes(&word, ends)), "{word:?}");
        }
    }

    #[test]
    fn what_does_not_pair_up_or_has_no_point_is_refused() {
        let mut chart = cloud();
        chart.clouds[0].labels.pop();
        assert!(matches!(page(&chart), Err(PlotFault::Length { .. })));
        chart.clouds.clear();
        assert!(matches!(page(&chart), Err(PlotFault::Empty(_))));
    }
}
