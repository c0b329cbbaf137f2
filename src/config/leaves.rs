//! The types a single value can have.

use std::path::PathBuf;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::nearest::nearest;
use super::quote::quote;
use super::rule::Rule;
use super::setting::{Leaf, Wrong};
use super::tree::{Content, Node, Style};
use crate::market::{Symbol, Timeframe};
use crate::units::{DAY_US, Ts};

/// What `node` says, if `read` can make something of its text; the one way a simple leaf is parsed.
pub fn parse_with<T: Leaf>(
    node: &Node,
    rule: &Rule,
    wrong: &mut Vec<Wrong>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let value = node.scalar().and_then(read);
    if value.is_none() {
        wrong.push(Wrong::expected(&T::expected(rule), node));
    }
    value
}

/// Numbers and truth values are never quoted: `"12"` is text in every YAML.
fn unquoted<T: Leaf>(
    node: &Node,
    rule: &Rule,
    wrong: &mut Vec<Wrong>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let is_quoted =
        matches!(&node.content, Content::Scalar { style, .. } if *style != Style::Plain);
    let value = parse_with(node, rule, wrong, read)?;
    if is_quoted {
        wrong.push(Wrong::expected(&T::expected(rule), node).hint("drop the quotes"));
        return None;
    }
    Some(value)
}

/// `200_000` reads better than `200000`.
fn digits(text: &str) -> Option<String> {
    let misplaced = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!misplaced).then(|| text.replace('_', ""))
}

macro_rules! whole_number {
    ($($ty:ty),+) => {$(
        impl Leaf for $ty {
            fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
                let allowed = |n: &Self| rule.allows(*n as f64);
                unquoted(node, rule, wrong, |t| digits(t)?.parse().ok().filter(allowed))
            }

            fn show(&self) -> String {
                self.to_string()
            }

            fn expected(rule: &Rule) -> String {
                rule.describe("a whole number")
            }

            fn allowed(rule: &Rule) -> String {
                rule.brief("whole number")
            }
        }
    )+};
}

whole_number!(u32, u64);

impl Leaf for f64 {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let allowed = |x: &Self| x.is_finite() && rule.allows(*x);
        unquoted(node, rule, wrong, |t| digits(t)?.parse().ok().filter(allowed))
    }

    /// The shortest text that gives the same number; zero has one sign.
    fn show(&self) -> String {
        (self + 0.0).to_string()
    }

    fn expected(rule: &Rule) -> String {
        rule.describe("a number")
    }

    fn allowed(rule: &Rule) -> String {
        rule.brief("number")
    }
}

impl Leaf for bool {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        unquoted(node, rule, wrong, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        })
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn expected(_: &Rule) -> String {
        "true or false".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "true | false".to_owned()
    }
}

impl<T: Leaf> Leaf for Option<T> {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        if node.is_null() {
            return Some(None);
        }
        let n_before = wrong.len();
        let value = T::parse(node, rule, wrong);
        if value.is_none() && wrong.len() == n_before + 1 {
            let hint = wrong.pop().and_then(|last| last.hint);
            wrong.push(Wrong { hint, ..Wrong::expected(&Self::expected(rule), node) });
        }
        value.map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "null".to_owned(), T::show)
    }

    fn expected(rule: &Rule) -> String {
        format!("{}, or null", T::expected(rule))
    }

    fn allowed(rule: &Rule) -> String {
        format!("{}, or null", T::allowed(rule))
    }
}

/// `[a, b]`; on a flag `a,b` will do.
impl<T: Leaf> Leaf for Vec<T> {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let split: Vec<Node>;
        let nodes = match &node.content {
            Content::List(nodes) => nodes,
            Content::Scalar { text, .. } if node.place.is_flag() && !node.is_null() => {
                split =
                    text.split(',').map(|t| Node::plain(t.trim(), node.place.clone())).collect();
                &split
            }
            _ => {
                wrong.push(Wrong::expected(&Self::expected(rule), node));
                return None;
            }
        };
        if nodes.len() < rule.min_len {
            let message = "expected at least one entry, found an empty list".to_owned();
            wrong.push(Wrong { place: node.place.clone(), message, hint: None });
            return None;
        }
        let values: Vec<T> = nodes.iter().filter_map(|n| T::parse(n, rule, wrong)).collect();
        (values.len() == nodes.len()).then_some(values)
    }

    fn show(&self) -> String {
        format!("[{}]", self.iter().map(T::show).collect::<Vec<_>>().join(", "))
    }

    fn expected(rule: &Rule) -> String {
        format!("a list, each {}", T::expected(rule))
    }

    fn allowed(rule: &Rule) -> String {
        format!("list of: {}", T::allowed(rule))
    }
}

impl Leaf for String {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        parse_with(node, rule, wrong, |text| (!text.trim().is_empty()).then(|| text.to_owned()))
    }

    fn show(&self) -> String {
        quote(self)
    }

    fn expected(rule: &Rule) -> String {
        if rule.unit.is_empty() { "text".to_owned() } else { rule.unit.to_owned() }
    }

    fn allowed(rule: &Rule) -> String {
        Self::expected(rule)
    }
}

impl Leaf for PathBuf {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let path =
            |text: &str| (!text.trim().is_empty() && !text.contains('\0')).then(|| text.into());
        parse_with(node, rule, wrong, path)
    }

    fn show(&self) -> String {
        quote(&self.to_string_lossy())
    }

    fn expected(_: &Rule) -> String {
        "a path".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "path".to_owned()
    }
}

impl Leaf for Symbol {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        parse_with(node, rule, wrong, |text| text.parse().ok())
    }

    fn show(&self) -> String {
        quote(self.as_str())
    }

    fn expected(_: &Rule) -> String {
        "a symbol such as BTCUSDT (letters, digits, `.`, `_`, `-`)".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "name such as BTCUSDT".to_owned()
    }
}

impl Leaf for Timeframe {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        parse_with(node, rule, wrong, |text| text.parse().ok())
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn expected(_: &Rule) -> String {
        "a timeframe such as 5m, 1h or 1d".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "such as 1m, 5m, 1h, 4h, 1d, 1w".to_owned()
    }
}

impl Leaf for Ts {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        parse_with(node, rule, wrong, |text| text.parse().ok())
    }

    fn show(&self) -> String {
        let text = self.to_string();
        let is_midnight = self.0 % DAY_US == 0;
        if is_midnight { text.trim_end_matches(" 00:00").to_owned() } else { quote(&text) }
    }

    fn expected(_: &Rule) -> String {
        "a date such as 2024-01-31, or a time such as \"2024-01-31 14:30\" (UTC)".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "2024-01-31 or \"2024-01-31 14:30\"".to_owned()
    }
}

/// An IANA zone; the rules are compiled in, so that every machine has the same ones.
impl Leaf for TimeZone {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let zones = TimeZoneDatabase::bundled();
        let value = parse_with(node, rule, wrong, |text| zones.get(text).ok());
        if let (None, Some(text), Some(last)) = (&value, node.scalar(), wrong.last_mut()) {
            let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            last.hint = nearest(text, &names).map(|name| format!("did you mean `{name}`?"));
        }
        value
    }

    fn show(&self) -> String {
        quote(self.iana_name().unwrap_or("UTC"))
    }

    fn expected(_: &Rule) -> String {
        "an IANA time zone such as UTC or America/New_York".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "IANA name such as America/New_York".to_owned()
    }
}
