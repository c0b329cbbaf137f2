//! `--set a.b=c`, and a command's own flags, as trees, so that they are read and checked just like a
//! file.

use super::fault::{Fault, Place};
use super::tree::{Content, Entry, Node, parse};

/// A command's own flag for a key of the configuration. Its faults name it as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    typed: String,
    key: &'static str,
    value: String,
}

impl Flag {
    /// `Flag::new("--train-weeks", "walkforward.train_weeks", &26)`
    pub fn new(name: &str, key: &'static str, value: &impl ToString) -> Self {
        let value = value.to_string();
        Self { typed: format!("{name} {value}"), key, value }
    }

    pub(super) fn tree(&self) -> Result<Node, Box<Fault>> {
        let place = Place::whole(&self.typed);
        Ok(nest(self.key, parse_value(&self.value, &place)?, &place))
    }
}

/// The tree `a: {b: c}` of a `--set`. The value is taken as it is, but for lists, maps and quoted
/// text, which are YAML: a pattern such as `%Y` would mean something else there.
pub fn parse_set(text: &str) -> Result<Node, Box<Fault>> {
    let place = Place::whole(&format!("--set {text}"));
    let fault = |message: &str| {
        let (place, message) = (place.clone(), message.to_owned());
        Box::new(Fault { place, key: String::new(), message, hint: None })
    };
    let (path, value) = text.split_once('=').ok_or_else(|| {
        let hint = Some("for example `--set walkforward.train_weeks=26`".to_owned());
        Box::new(Fault { hint, ..*fault("expected KEY=VALUE") })
    })?;
    let path = path.trim();
    if path.split('.').any(|part| part.trim().is_empty()) {
        return Err(fault("expected KEY=VALUE, with a key such as `walkforward.train_weeks`"));
    }
    Ok(nest(path, parse_value(value.trim(), &place)?, &place))
}

pub(super) fn nest(path: &str, value: Node, place: &Place) -> Node {
    path.rsplit('.').fold(value, |value, key| {
        let entry = Entry { key: key.trim().to_owned(), place: place.clone(), value };
        Node::map(vec![entry], place.clone())
    })
}

pub(super) fn parse_value(text: &str, place: &Place) -> Result<Node, Box<Fault>> {
    if !text.starts_with(['[', '{', '"', '\'']) {
        return Ok(Node::plain(text, place.clone()));
    }
    let mut node = parse(text, &place.source).map_err(|mut fault| {
        fault.place = place.clone();
        fault
    })?;
    move_to(&mut node, place);
    Ok(node)
}

/// A flag is one line: naming it is enough.
fn move_to(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.content {
        Content::Scalar { .. } => {}
        Content::List(nodes) => nodes.iter_mut().for_each(|node| move_to(node, place)),
        Content::Map(entries) => {
            for entry in entries {
                entry.place = place.clone();
                move_to(&mut entry.value, place);
            }
        }
    }
}
