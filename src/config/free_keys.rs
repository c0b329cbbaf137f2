//! Sections whose keys the user chooses: expressions by name, columns by ours.

use std::collections::BTreeMap;

use super::fault::Place;
use super::quote::quote;
use super::rule::Rule;
use super::setting::{Item, Leaf, Reading, Setting, Shown, Spot, Wrong, join};
use super::tree::{Content, Entry, Node, Style};

/// A feature of the user's own, as it was written.
#[derive(Debug, Clone)]
pub struct Expression {
    pub name: String,
    pub text: String,
    /// Where the text begins; 0 where it came by a flag.
    pub line: usize,
    pub column: usize,
    place: Place,
    /// The text stands in the file just as it is here, on one line.
    is_verbatim: bool,
}

impl Expression {
    fn new(name: &str, text: &str, node: &Node) -> Self {
        let style = match &node.content {
            Content::Scalar { style, .. } => *style,
            _ => Style::Plain,
        };
        let mut place = node.place.clone();
        if style == Style::Quoted && place.line > 0 {
            place.column += 1;
        }
        let is_verbatim =
            style != Style::Block && place.line > 0 && !text.contains(['\n', '\\', '"', '\'']);
        let (line, column) = (place.line, place.column);
        Self { name: name.to_owned(), text: text.to_owned(), line, column, place, is_verbatim }
    }

    /// Where character `i` of the text was written; where the text began, if that cannot be told.
    pub fn place_of(&self, i: usize) -> Place {
        let column = if self.is_verbatim { self.column + i } else { self.column };
        Place { column, ..self.place.clone() }
    }
}

/// The same name and text; where they were written makes no difference to a result.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

/// The user's own features, by name. In the order of their names, so that the order in the file
/// makes no difference to a result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expressions(BTreeMap<String, Expression>);

impl Expressions {
    pub fn iter(&self) -> impl Iterator<Item = &Expression> {
        self.0.values()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Setting for Expressions {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        read_pairs(node, spot, reading, |entry, wrong| {
            let Some(text) = pair(entry, "an expression", wrong) else { return };
            let expression = Expression::new(&entry.key, text.trim_end(), &entry.value);
            self.0.insert(entry.key.clone(), expression);
        });
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        let pairs = self.iter().map(|e| (e.name.clone(), quote(&e.text))).collect();
        items.push(pairs_item(spot, pairs));
    }
}

/// Our name of a column → its header in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnMap(BTreeMap<String, String>);

impl ColumnMap {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, header)| (name.as_str(), header.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Setting for ColumnMap {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        read_pairs(node, spot, reading, |entry, wrong| {
            let Some(header) = pair(entry, "the header of a column", wrong) else { return };
            self.0.insert(entry.key.clone(), header);
        });
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        let pairs = self.iter().map(|(name, header)| (name.to_owned(), quote(header))).collect();
        items.push(pairs_item(spot, pairs));
    }
}

/// A column → whether predictions may only rise (1) or only fall (−1) with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directions(BTreeMap<String, i8>);

impl Directions {
    pub fn iter(&self) -> impl Iterator<Item = (&str, i8)> {
        self.0.iter().map(|(name, direction)| (name.as_str(), *direction))
    }
}

impl Setting for Directions {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        read_pairs(node, spot, reading, |entry, wrong| {
            let what = "1 (may only rise with it) or -1 (may only fall)";
            let direction = match pair(entry, what, wrong).as_deref() {
                Some("1" | "+1") => 1,
                Some("-1") => -1,
                Some(_) => return wrong.push(Wrong::expected(what, &entry.value)),
                None => return,
            };
            self.0.insert(entry.key.clone(), direction);
        });
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        let pairs = self.iter().map(|(name, way)| (name.to_owned(), way.to_string())).collect();
        items.push(pairs_item(spot, pairs));
    }
}

pub(super) fn read_pairs(
    node: &Node,
    spot: &Spot,
    reading: &mut Reading,
    mut take: impl FnMut(&Entry, &mut Vec<Wrong>),
) {
    for entry in reading.entries(node, &spot.path) {
        let mut wrong = Vec::new();
        take(entry, &mut wrong);
        reading.record(&join(&spot.path, &entry.key), &entry.value.place, wrong);
    }
}

pub(super) fn pair(entry: &Entry, what: &str, wrong: &mut Vec<Wrong>) -> Option<String> {
    if !is_name(&entry.key) {
        let message = "a name has small letters, digits and `_`, at most 64".to_owned();
        wrong.push(Wrong { place: entry.place.clone(), message, hint: None });
        return None;
    }
    let text = String::parse(&entry.value, &Rule::any(), &mut Vec::new());
    if text.is_none() {
        wrong.push(Wrong::expected(what, &entry.value));
    }
    text
}

/// What can be a column's name in any tool that reads the tables.
fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c == '_';
    text.len() <= 64
        && text.starts_with(letter)
        && text.chars().all(|c| letter(c) || c.is_ascii_digit())
}

pub(super) fn pairs_item(spot: &Spot, pairs: Vec<(String, String)>) -> Item {
    Item {
        path: spot.path.clone(),
        help: spot.help,
        allowed: String::new(),
        shown: Some(Shown::Pairs(pairs)),
    }
}
