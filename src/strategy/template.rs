//! Text with holes for parameters.

use std::collections::BTreeMap;

use super::fault::BadChoice;
use super::spec::Sides;
use super::value::Point;
use crate::market::Timeframe;

/// The bars that expressions run on, and the longer ones in which they see the trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    bars: Timeframe,
    higher: Timeframe,
}

impl Frame {
    /// `higher`: the longer timeframe; none: the first of an hour, four hours, a day and a week
    /// that is at least sixteen bars long, as four hours are of a quarter.
    pub fn new(bars: Timeframe, higher: Option<Timeframe>) -> Result<Self, BadChoice> {
        let fits = |longer: &Timeframe| *longer > bars && longer.is_multiple_of(bars);
        match higher {
            Some(higher) if !fits(&higher) => Err(BadChoice::Higher { higher, bars }),
            Some(higher) => Ok(Self { bars, higher }),
            None => Ok(Self { bars, higher: scaled(bars, fits) }),
        }
    }

    pub fn bars(&self) -> Timeframe {
        self.bars
    }

    pub fn higher(&self) -> Timeframe {
        self.higher
    }
}

fn scaled(bars: Timeframe, fits: impl Fn(&Timeframe) -> bool) -> Timeframe {
    let customary = [Timeframe::H1, Timeframe::H4, Timeframe::D1, Timeframe::W1];
    let long_enough = |longer: &Timeframe| longer.us() >= 16 * bars.us() && fits(longer);
    customary.into_iter().find(long_enough).unwrap_or_else(|| bars.times(4))
}

/// What the holes of a template are filled with.
#[derive(Debug, Clone, Default)]
pub struct Filling(BTreeMap<String, String>);

impl Filling {
    pub fn new(point: &Point, frame: &Frame) -> Self {
        let values = point.iter().map(|(name, value)| (name.clone(), value.to_string()));
        Self(values.chain([("higher".to_owned(), frame.higher.to_string())]).collect())
    }

    /// Names a part of a formula, whose own holes are filled at once.
    pub fn name(&mut self, name: &str, part: &str) {
        let text = format!("({})", self.fill(part));
        self.0.insert(name.to_owned(), text);
    }

    /// Leaves a name as it is.
    pub fn keep(&mut self, name: &str) {
        self.0.insert(name.to_owned(), name.to_owned());
    }

    /// The template with every `{name}` replaced; one that nothing is known of is left, and the
    /// compiler will point at it.
    pub fn fill(&self, template: &str) -> String {
        let (mut text, mut rest) = (String::new(), template);
        while let Some(open) = rest.find('{') {
            let (before, hole) = rest.split_at(open);
            text += before;
            let close = hole.find('}').map_or(hole.len(), |at| at + 1);
            let known = self.0.get(hole[1..close].trim_end_matches('}'));
            text += known.map_or(&hole[..close], String::as_str);
            rest = &hole[close..];
        }
        text + rest
    }
}

/// Conditions as a person reads them: parameters filled in, parts by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub parts: Vec<(&'static str, String)>,
    pub conditions: Sides<String>,
}

impl Outline {
    pub(super) fn new(
        mut filling: Filling,
        parts: &'static [(&'static str, &'static str)],
        conditions: Sides<&'static str>,
    ) -> Self {
        let part = |&(name, part): &(&'static str, &'static str)| {
            let text = filling.fill(part);
            filling.keep(name);
            (name, text)
        };
        let parts = parts.iter().map(part).collect();
        Self { parts, conditions: conditions.map(|template| filling.fill(template)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::Value;

    fn frame(bars: &str, higher: Option<&str>) -> Result<Frame, BadChoice> {
        Frame::new(bars.parse().unwrap(), higher.map(|text| text.parse().unwrap()))
    }

    #[test]
    fn holes_are_filled_and_parts_named() {
        let point =
            Point::from([("n".to_owned(), Value::Int(5)), ("k".to_owned(), Value::Float(0.5))]);
        let mut filling = Filling::new(&point, &frame("15m", None).unwrap());
        filling.name("low", "min(low, {n})");
        filling.name("deep", "{low} - {k}");
        let text = filling.fill("close < {deep} and tf(\"{higher}\", close) > 0 {x} {");
        assert_eq!(text, "close < ((min(low, 5)) - 0.5) and tf(\"4h\", close) > 0 {x} {");
    }

    #[test]
    fn the_longer_timeframe_follows_the_bars() {
        let scaled = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w", "7m"];
        let scaled = scaled.map(|bars| frame(bars, None).unwrap().higher().to_string());
        assert_eq!(scaled, ["1h", "4h", "4h", "1d", "1d", "1w", "4d", "4w", "28m"]);
    }

    #[test]
    fn a_longer_timeframe_is_filled_by_whole_bars() {
        assert_eq!(frame("5m", Some("1h")).unwrap().higher().to_string(), "1h");
        for higher in ["5m", "1m", "12m"] {
            let fault = frame("5m", Some(higher)).unwrap_err().to_string();
            assert_eq!(fault, format!("`{higher}` bars cannot be built from `5m` bars"));
        }
    }
}
