//! What a search may try, as people write it.

use std::collections::BTreeMap;

use super::free_keys::{pair, pairs_item, read_pairs};
use super::setting::{Item, Reading, Setting, Spot, Wrong};
use super::tree::{Content, Entry, Node};
use crate::search::{DimensionParams, SpaceParams, Value};

/// A key → what it may become, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchSpace(BTreeMap<String, String>);

const WANTED: &str =
    "`3..8`, `0.01..0.3 log`, `0.5..1.0 step 0.1`, `one | other` or a single value";

impl SearchSpace {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The words a key may become, where it is a choice of some.
    pub fn words(&self, name: &str) -> Option<Vec<&str>> {
        let text = self.0.get(name)?;
        text.contains('|').then(|| text.split('|').map(str::trim).collect())
    }

    /// Whether a key has one value, and so nothing to search.
    pub fn is_fixed(&self, name: &str) -> bool {
        let params = self.0.get(name).and_then(|text| parse(text));
        params.is_some_and(|params| params.fixed.is_some())
    }

    /// As the search takes it. What does not parse was refused when it was read.
    pub fn params(&self) -> SpaceParams {
        let dimension = |(name, text): (&String, &String)| Some((name.clone(), parse(text)?));
        SpaceParams(self.0.iter().filter_map(dimension).collect())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for SearchSpace {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }
}

impl Setting for SearchSpace {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        read_pairs(&flat(node), spot, reading, |entry, wrong| {
            let plain = Entry { key: entry.key.replace('.', "_"), ..entry.clone() };
            let Some(text) = pair(&plain, WANTED, wrong) else { return };
            match parse(&text).map(|dimension| dimension.check()) {
                Some(Ok(_)) => drop(self.0.insert(entry.key.clone(), text)),
                Some(Err(fault)) => wrong.push(Wrong {
                    place: entry.value.place.clone(),
                    message: fault,
                    hint: None,
                }),
                None => wrong.push(Wrong::expected(WANTED, &entry.value)),
            }
        });
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        let pairs = self.0.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
        items.push(pairs_item(spot, pairs));
    }
}

/// `exits: {stop: 1..3}` is `exits.stop: 1..3`.
pub(super) fn flat(node: &Node) -> Node {
    let Content::Map(entries) = &node.content else { return node.clone() };
    let of = |entry: &Entry| -> Vec<Entry> {
        let Content::Map(inner) = flat(&entry.value).content else { return vec![entry.clone()] };
        let named = |e: Entry| Entry { key: format!("{}.{}", entry.key, e.key), ..e };
        inner.into_iter().map(named).collect()
    };
    Node::map(entries.iter().flat_map(of).collect(), node.place.clone())
}

pub(super) fn parse(text: &str) -> Option<DimensionParams> {
    if text.contains('|') {
        let choice = text.split('|').map(|word| value(word.trim())).collect::<Option<Vec<_>>>()?;
        return Some(DimensionParams { choice: Some(choice), ..DimensionParams::default() });
    }
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let Some((low, high)) =
        first.split_once("..").filter(|(low, high)| low != high || text != first)
    else {
        return fixed(first.split("..").next()?).filter(|_| words.next().is_none());
    };
    let is_int = [low, high].iter().all(|end| end.parse::<i64>().is_ok());
    let ints = || Some([low.parse().ok()?, high.parse().ok()?]);
    let floats = || Some([low.parse().ok()?, high.parse().ok()?]);
    let (scale, step) = match (words.next(), words.next()) {
        (None, None) => (None, None),
        (Some("log"), None) => (Some("log"), None),
        (Some("step"), Some(step)) => (None, Some(step.parse().ok()?)),
        _ => return None,
    };
    let empty = DimensionParams { step, ..DimensionParams::default() };
    if words.next().is_some() {
        return None;
    }
    Some(match (is_int, scale) {
        (true, None) => DimensionParams { int: Some(ints()?), ..empty },
        (true, Some(_)) => DimensionParams { int_log: Some(ints()?), ..empty },
        (false, None) => DimensionParams { float: Some(floats()?), ..empty },
        (false, Some(_)) => DimensionParams { log: Some(floats()?), ..empty },
    })
}

/// `7`, `0.5` or `london`.
fn fixed(word: &str) -> Option<DimensionParams> {
    let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let is_number = word.parse::<f64>().is_ok_and(f64::is_finite);
    (is_word || is_number).then(|| value(word).map(DimensionParams::from)).flatten()
}

pub(super) fn value(word: &str) -> Option<Value> {
    let whole = word.parse().ok().map(Value::Int);
    let number = || word.parse().ok().map(Value::Float);
    let text = || (!word.is_empty()).then(|| Value::Text(word.to_owned()));
    whole.or_else(number).or_else(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_names_with_a_dot() {
        let yaml = "tuning: {space: {max_depth: 3..8}}\noptimize: {space: {fast: 3..8, exits: {stop: 1..3}}}";
        let config = crate::config::Config::from_text("c", yaml, &[]).unwrap();
        let names: Vec<&str> = config.optimize.space.names().collect();
        assert_eq!(names, ["exits.stop", "fast"]);
        let again = crate::config::Config::from_text("c", &config.to_yaml(), &[]).unwrap();
        assert_eq!(again.optimize, config.optimize);
        let set = ["optimize.space.exits.stop=1.0..2.0 step 0.5".to_owned()];
        let set = crate::config::Config::from_text("c", "", &set).unwrap();
        assert_eq!(set.optimize.space.names().collect::<Vec<_>>(), ["exits.stop"]);
    }

    #[test]
    fn ranges_and_choices_are_read_as_they_look() {
        let one = |text: &str| parse(text).unwrap();
        assert_eq!(one("3..8").int, Some([3, 8]));
        assert_eq!(one("8..512 log").int_log, Some([8, 512]));
        assert_eq!(one("0.01..0.3 log").log, Some([0.01, 0.3]));
        let stepped = one("0.5..1 step 0.1");
        assert_eq!((stepped.float, stepped.step), (Some([0.5, 1.0]), Some(0.1)));
        let words = ["depth", "leaf"].map(|word| Value::Text(word.to_owned()));
        assert_eq!(one("depth | leaf").choice, Some(words.to_vec()));
        for (text, value) in [
            ("7", Value::Int(7)),
            ("5..5", Value::Int(5)),
            ("-0.5", Value::Float(-0.5)),
            ("new_york", Value::Text("new_york".to_owned())),
        ] {
            assert_eq!(one(text).fixed, Some(value), "{text}");
        }
        for bad in [
            "",
            "3 4",
            "3-8",
            "5..5 log",
            "London!",
            "..",
            "nan..nan",
            "3..",
            "3..8 lin",
            "3..8 step",
            "3..8 log log",
            "a..b",
        ] {
            assert!(parse(bad).is_none_or(|d| d.check().is_err()), "{bad}");
        }
    }
}
