//! YAML as a small tree in which every node knows its place.
//!
//! Scalars stay text: which type they should have is the schema's business. So a symbol called `NO`
//! is no boolean, `007` keeps its zeros, and a bad number is reported as it was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_saphyr::granit_parser::{
    Event, Marker, Options, Parser, ScalarStyle, ScanError, Span, StrInput,
};

use super::fault::{Fault, Place};

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub place: Place,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Scalar { text: String, style: Style },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// `'…'` or `"…"`.
    Quoted,
    /// `|` or `>`: lines of text below the key.
    Block,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub place: Place,
    pub value: Node,
}

impl Node {
    pub fn plain(text: &str, place: Place) -> Self {
        Self { place, content: Content::Scalar { text: text.to_owned(), style: Style::Plain } }
    }

    pub fn map(entries: Vec<Entry>, place: Place) -> Self {
        Self { place, content: Content::Map(entries) }
    }

    /// Nothing was written, or `null`.
    pub fn is_null(&self) -> bool {
        let null = |text: &str| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        matches!(&self.content, Content::Scalar { text, style: Style::Plain } if null(text))
    }

    pub fn scalar(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match &self.content {
            Content::Scalar { .. } => 1,
            Content::List(nodes) => 1 + nodes.iter().map(Self::size).sum::<usize>(),
            Content::Map(entries) => 1 + entries.iter().map(|e| e.value.size()).sum::<usize>(),
        }
    }
}

/// The tree of one YAML document, or the fault at which reading it had to stop.
pub fn parse(text: &str, source: &Arc<str>) -> Result<Node, Box<Fault>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let parser = Parser::new_from_str_with_options(text, options);
    Loader { parser, source, anchors: BTreeMap::new(), n_nodes: 0 }.document()
}

/// Far more than any configuration has; aliases of aliases could grow without end.
const MAX_NODES: usize = 100_000;

struct Loader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    source: &'a Arc<str>,
    anchors: BTreeMap<usize, Node>,
    n_nodes: usize,
}

impl<'a> Loader<'a> {
    fn document(mut self) -> Result<Node, Box<Fault>> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                _ if root.is_some() => {
                    return Err(self.fault(span.start, "a second document begins here"));
                }
                event => root = Some(self.node(event, span)?),
            }
        }
        let start = Place { source: self.source.clone(), line: 1, column: 1 };
        Ok(root.unwrap_or_else(|| Node::plain("", start)))
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Box<Fault>> {
        if event.tag().is_some() {
            return Err(self.fault(span.start, "tags (`!…`) are not supported"));
        }
        self.n_nodes += 1;
        let place = self.place(span.start);
        let (anchor, content) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let content = Content::Scalar { text: text.into_owned(), style: style_of(style) };
                (anchor, content)
            }
            Event::SequenceStart(_, anchor, _) => (anchor, Content::List(self.list()?)),
            Event::MappingStart(_, anchor, _) => (anchor, Content::Map(self.entries()?)),
            Event::Alias(id) => return self.alias(id, span.start),
            _ => return Err(self.fault(span.start, "not valid YAML")),
        };
        let node = Node { place, content };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Vec<Node>, Box<Fault>> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(nodes),
                (event, span) => nodes.push(self.node(event, span)?),
            }
        }
    }

    fn entries(&mut self) -> Result<Vec<Entry>, Box<Fault>> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key_node = self.node(event, span)?;
            let Content::Scalar { text: key, .. } = key_node.content else {
                return Err(self.fault(span.start, "a key must be plain text"));
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            entries.push(Entry { key, place: key_node.place, value });
        }
    }

    /// A copy of what the anchor names. An anchor that is still open, an alias inside itself, is not
    /// there yet and so is refused.
    fn alias(&mut self, id: usize, at: Marker) -> Result<Node, Box<Fault>> {
        let node = self.anchors.get(&id).cloned();
        let node = node.ok_or_else(|| self.fault(at, "this alias stands inside its own anchor"))?;
        self.n_nodes += node.size();
        if self.n_nodes > MAX_NODES {
            return Err(self.fault(at, "the aliases stand for more than 100000 values"));
        }
        Ok(node)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Box<Fault>> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(self.syntax(&error)),
                None => return Ok((Event::StreamEnd, Span::empty(Marker::new(0, 1, 0)))),
            }
        }
    }

    fn syntax(&self, error: &ScanError) -> Box<Fault> {
        let mut fault = self.fault(*error.marker(), &format!("not valid YAML: {}", error.info()));
        if error.info().contains("tab") {
            fault.hint = Some("indent with spaces".to_owned());
        }
        fault
    }

    fn fault(&self, at: Marker, message: &str) -> Box<Fault> {
        let (place, message) = (self.place(at), message.to_owned());
        Box::new(Fault { place, key: String::new(), message, hint: None })
    }

    fn place(&self, at: Marker) -> Place {
        Place { source: self.source.clone(), line: at.line(), column: at.col() + 1 }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}
