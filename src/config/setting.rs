//! What a section and a single value have in common: both are read from a tree, listed for the
//! user, and checked against the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Fault, Place};
use super::nearest::nearest;
use super::rule::Rule;
use super::tree::{Content, Entry, Node, Style};

/// A key's place in the schema.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Dotted; empty at the root.
    pub path: String,
    pub rule: Rule,
    /// The lines of its doc comment, which are also its comment in `config.yml`.
    pub help: &'static [&'static str],
}

impl Spot {
    pub fn root() -> Self {
        Self { path: String::new(), rule: Rule::any(), help: &[] }
    }

    pub fn child(&self, name: &str, rule: Rule, help: &'static [&'static str]) -> Self {
        Self { path: join(&self.path, name), rule, help }
    }
}

pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value or a section of the configuration.
pub trait Setting {
    /// Takes over what `node` says; whatever is wrong with it goes to `reading`.
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading);

    /// Appends this key, or all keys of this section, in the order of the schema.
    fn list(&self, spot: &Spot, items: &mut Vec<Item>);

    /// What must hold between several keys.
    fn cross(&self, _reading: &mut Reading) {}
}

/// One line of the schema with its present value.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub path: String,
    pub help: &'static [&'static str],
    /// As a comment says it; empty for a section.
    pub allowed: String,
    /// `None` for a section.
    pub shown: Option<Shown>,
}

/// A value as YAML.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Inline(String),
    /// Free keys below this one.
    Pairs(Vec<(String, String)>),
}

/// A single value: text on one side, a checked type on the other.
pub trait Leaf: Sized {
    /// `None`, and at least one entry in `wrong`, if `node` does not say such a value.
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self>;

    /// As YAML on one line; parsing it gives the same value.
    fn show(&self) -> String;

    /// What is allowed, as a fault says it: `a whole number from 1 to 520`.
    fn expected(rule: &Rule) -> String;

    /// The same in a few words, as the comment in `config.yml` says it: `1 to 520`.
    fn allowed(rule: &Rule) -> String;
}

/// Why a node is not a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    pub place: Place,
    pub message: String,
    pub hint: Option<String>,
}

impl Wrong {
    /// `expected …, found …`
    pub fn expected(what: &str, node: &Node) -> Self {
        let message = format!("expected {what}, found {}", found(node));
        Self { place: node.place.clone(), message, hint: None }
    }

    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Longer values are cut in messages.
const MAX_FOUND: usize = 60;

fn found(node: &Node) -> String {
    match &node.content {
        _ if node.is_null() => "nothing".to_owned(),
        Content::Scalar { text, .. } if text.chars().count() > MAX_FOUND => {
            format!("{:?}", text.chars().take(MAX_FOUND).chain(['…']).collect::<String>())
        }
        Content::Scalar { text, style: Style::Plain } if text.parse::<f64>().is_ok() => {
            text.clone()
        }
        Content::Scalar { text, .. } => format!("{text:?}"),
        Content::List(_) => "a list".to_owned(),
        Content::Map(_) => "a section".to_owned(),
    }
}

impl<T: Leaf> Setting for T {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        let mut wrong = Vec::new();
        let value = T::parse(node, &spot.rule, &mut wrong);
        reading.record(&spot.path, &node.place, wrong);
        if let Some(value) = value {
            *self = value;
        }
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        items.push(Item {
            path: spot.path.clone(),
            help: spot.help,
            allowed: T::allowed(&spot.rule),
            shown: Some(Shown::Inline(self.show())),
        });
    }
}

/// The state of reading one configuration: what was set where, and what was wrong.
#[derive(Debug)]
pub struct Reading {
    /// Every path of the schema, for spelling.
    known: Vec<String>,
    /// `walkforward.mode` and `anchored`: what keys of a few words can be.
    words: Vec<(String, String)>,
    /// Where each value was set last.
    places: BTreeMap<String, Place>,
    /// Keys whose value is not what the user meant; nothing more is said about them.
    broken: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Reading {
    pub fn new(known: Vec<String>) -> Self {
        let (places, broken) = (BTreeMap::new(), BTreeSet::new());
        Self { known, words: Vec::new(), places, broken, faults: Vec::new() }
    }

    /// With the words that keys can be, for hints.
    pub fn with_words(self, words: Vec<(String, String)>) -> Self {
        Self { words, ..self }
    }

    pub fn n_set(&self) -> usize {
        self.places.len()
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub fn push(&mut self, fault: Fault) {
        self.broken.insert(fault.key.clone());
        self.faults.push(fault);
    }

    pub fn record(&mut self, path: &str, place: &Place, wrong: Vec<Wrong>) {
        self.places.insert(path.to_owned(), place.clone());
        for Wrong { place, message, hint } in wrong {
            self.push(Fault { place, key: path.to_owned(), message, hint });
        }
    }

    /// The entries of a section, each key once. A section with nothing in it is all defaults.
    pub fn entries<'n>(&mut self, node: &'n Node, path: &str) -> Vec<&'n Entry> {
        let Content::Map(entries) = &node.content else {
            if !node.is_null() {
                let what = if path.is_empty() { "sections and keys" } else { "a section of keys" };
                let Wrong { place, message, hint } = Wrong::expected(what, node);
                self.push(Fault { place, key: path.to_owned(), message, hint });
            }
            return Vec::new();
        };
        let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
        let mut unique = Vec::with_capacity(entries.len());
        for entry in entries {
            if let Some(earlier) = first.get(entry.key.as_str()) {
                let message = format!("this key is set twice, first at `{earlier}`");
                let (place, key) = (entry.place.clone(), join(path, &entry.key));
                self.push(Fault { place, key, message, hint: None });
            } else {
                first.insert(&entry.key, &entry.place);
                unique.push(entry);
            }
        }
        unique
    }

    /// No such key here; says which was meant, if one is near.
    pub fn unknown(&mut self, entry: &Entry, path: &str, siblings: &[&str]) {
        let key = join(path, &entry.key);
        let hint = self.meant(&entry.key, &key, siblings);
        let message = "unknown key".to_owned();
        self.push(Fault { place: entry.place.clone(), key, message, hint });
    }

    fn meant(&self, name: &str, path: &str, siblings: &[&str]) -> Option<String> {
        if self.known.iter().any(|known| known == path) {
            let (section, leaf) = path.rsplit_once('.')?;
            return Some(format!("write `{leaf}` below `{section}:`"));
        }
        let elsewhere = || {
            let leaves: Vec<&str> =
                self.known.iter().filter_map(|k| k.rsplit('.').next()).collect();
            let leaf = nearest(name, &leaves).filter(|leaf| *leaf == name || name.len() > 4)?;
            self.known.iter().find(|k| k.rsplit('.').next() == Some(leaf)).map(String::as_str)
        };
        let section = path.strip_suffix(name)?;
        let is_here =
            |key: &str| key.strip_prefix(section).is_some_and(|leaf| siblings.contains(&leaf));
        let as_value = self.words.iter().find(|(key, word)| word == name && is_here(key));
        let as_value = as_value.map(|(key, word)| format!("{key}: {word}"));
        let near = || nearest(name, siblings).or_else(elsewhere).map(str::to_owned);
        Some(format!("did you mean `{}`?", as_value.or_else(near)?))
    }

    /// A rule between keys, named by their paths, the likely culprit first. Silent if one of them is
    /// broken already: its value is then not the user's.
    pub fn require(&mut self, holds: bool, keys: &[&str], message: impl FnOnce() -> String) {
        if holds || keys.iter().any(|key| self.is_broken(key)) {
            return;
        }
        let set = keys.iter().find_map(|&key| Some((key, self.places.get(key)?)));
        let (key, place) = match set {
            Some((key, place)) => (key, place.clone()),
            None => (keys.first().copied().unwrap_or_default(), Place::whole("defaults")),
        };
        self.faults.push(Fault { place, key: key.to_owned(), message: message(), hint: None });
    }

    pub fn is_broken(&self, key: &str) -> bool {
        let within = |broken: &String| {
            key.strip_prefix(broken.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.broken.iter().any(within)
    }
}
