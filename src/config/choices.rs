//! Values chosen from a few words; what every `choice!` shares.

use super::leaves::parse_with;
use super::nearest::nearest;
use super::quote::quote;
use super::rule::Rule;
use super::setting::{Leaf, Wrong};
use super::tree::Node;

pub fn parse<T: Leaf + Copy>(
    node: &Node,
    rule: &Rule,
    wrong: &mut Vec<Wrong>,
    all: &[(&str, T)],
) -> Option<T> {
    let named = |text: &str| all.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let value = parse_with(node, rule, wrong, |text| named(text).map(|(_, value)| *value));
    if let (None, Some(text), Some(last)) = (value, node.scalar(), wrong.last_mut()) {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        last.hint = nearest(text, &names).map(|name| format!("did you mean `{name}`?"));
    }
    value
}

pub fn show(text: &str) -> String {
    // `24/7` begins with a digit and is text all the same.
    if text.contains('/') { text.to_owned() } else { quote(text) }
}

/// `a, b or c`
pub fn expected(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
