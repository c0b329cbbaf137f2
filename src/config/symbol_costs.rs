//! `backtest.symbols`: what trading a symbol costs, where that differs from the others.

use std::collections::BTreeMap;

use super::backtest::Backtest;
use super::fault::{Fault, Place};
use super::flag::{nest, parse_value};
use super::free_keys::pairs_item;
use super::quote::quote;
use super::rule::Rule;
use super::search_space::flat;
use super::setting::{Item, Leaf, Reading, Setting, Shown, Spot, join};
use super::tree::{Content, Entry, Node};
use crate::market::Symbol;

/// Keys of `backtest` that may differ.
const KEYS: [&str; 5] =
    ["half_spread_bps", "funding_bps_per_8h", "borrow_bps_per_year", "commission", "slippage"];

/// A symbol → the keys that differ for it, such as `commission.taker_bps`, and their values as
/// `config show` writes them. The schema is that of `backtest`: there is no second one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SymbolCosts(BTreeMap<Symbol, BTreeMap<String, String>>);

impl SymbolCosts {
    /// Those of these symbols alone.
    pub fn only(&self, symbols: &[Symbol]) -> Self {
        let named = self.0.iter().filter(|(symbol, _)| symbols.contains(symbol));
        Self(named.map(|(symbol, own)| (symbol.clone(), own.clone())).collect())
    }

    /// Symbols of which a key in this section differs.
    pub(super) fn that_set(&self, section: &str) -> impl Iterator<Item = &Symbol> {
        let is_in = move |key: &String| key.split('.').next() == Some(section);
        self.0.iter().filter(move |(_, own)| own.keys().any(is_in)).map(|(symbol, _)| symbol)
    }

    /// Sets the keys that differ for a symbol.
    pub(super) fn apply(&self, symbol: &Symbol, backtest: &mut Backtest) {
        let (place, mut reading) = (Place::whole("backtest.symbols"), Reading::new(Vec::new()));
        for (key, value) in self.0.get(symbol).into_iter().flatten() {
            // What does not parse was refused when it was read.
            if let Ok(node) = parse_value(value, &place) {
                backtest.read(&nest(key, node, &place), &Spot::root(), &mut reading);
            }
        }
    }
}

impl Setting for SymbolCosts {
    fn read(&mut self, node: &Node, spot: &Spot, reading: &mut Reading) {
        let mut first: BTreeMap<Symbol, &Place> = BTreeMap::new();
        for entry in reading.entries(node, &spot.path) {
            let (name, section) = named(entry);
            let mut refuse = |message: String| {
                let (place, key) = (entry.place.clone(), join(&spot.path, &name));
                reading.push(Fault { place, key, message, hint: None });
            };
            let Ok(symbol) = name.parse::<Symbol>() else {
                let wanted = Symbol::expected(&Rule::any());
                refuse(format!("expected {wanted}, found {name:?}"));
                continue;
            };
            if let Some(earlier) = first.insert(symbol.clone(), &entry.place) {
                refuse(format!("this symbol is named twice, first at `{earlier}`"));
                continue;
            }
            let own = own(section, &spot.child(symbol.as_str(), Rule::any(), &[]), reading);
            if !own.is_empty() {
                self.0.entry(symbol).or_default().extend(own);
            }
        }
    }

    fn list(&self, spot: &Spot, items: &mut Vec<Item>) {
        let pair = |(symbol, own): (&Symbol, _)| (quote(symbol.as_str()), shown(own));
        items.push(pairs_item(spot, self.0.iter().map(pair).collect()));
    }
}

/// A symbol and its section. A flag's `BRK.B.half_spread_bps` is of the symbol `BRK.B`.
fn named(entry: &Entry) -> (String, &Node) {
    let (mut name, mut node) = (entry.key.clone(), &entry.value);
    while entry.place.line == 0
        && let Content::Map(inner) = &node.content
        && let [only] = inner.as_slice()
    {
        if KEYS.contains(&only.key.as_str()) {
            return (name, node);
        }
        name = join(&name, &only.key);
        node = &only.value;
    }
    (entry.key.clone(), &entry.value)
}

/// What a symbol's section sets, read as `backtest` itself is.
fn own(node: &Node, spot: &Spot, reading: &mut Reading) -> BTreeMap<String, String> {
    let (mut backtest, mut items) = (Backtest::default(), Vec::new());
    let mut set: Vec<String> = Vec::new();
    for entry in reading.entries(node, &spot.path) {
        if !KEYS.contains(&entry.key.as_str()) {
            reading.unknown(entry, &spot.path, &KEYS);
            continue;
        }
        let one = Node::map(vec![entry.clone()], entry.place.clone());
        backtest.read(&one, spot, reading);
        if let Content::Map(leaves) = flat(&one).content {
            set.extend(leaves.into_iter().map(|leaf| leaf.key));
        }
    }
    backtest.list(&Spot::root(), &mut items);
    items.retain(|item| set.contains(&item.path));
    let value = |item: Item| match item.shown {
        Some(Shown::Inline(value)) => Some((item.path, value)),
        _ => None,
    };
    items.into_iter().filter_map(value).collect()
}

/// `{commission: {taker_bps: 4.5}, half_spread_bps: 2}`
fn shown(own: &BTreeMap<String, String>) -> String {
    let pair = |(key, value): (&String, &String)| match key.split_once('.') {
        Some((section, leaf)) => (section.to_owned(), format!("{leaf}: {value}")),
        None => (String::new(), format!("{key}: {value}")),
    };
    // Keys of one section are neighbours.
    let pairs: Vec<(String, String)> = own.iter().map(pair).collect();
    let of = |same: &[(String, String)]| {
        let inner: Vec<&str> = same.iter().map(|(_, text)| text.as_str()).collect();
        match same[0].0.as_str() {
            "" => inner.join(", "),
            section => format!("{section}: {{{}}}", inner.join(", ")),
        }
    };
    let parts: Vec<String> = pairs.chunk_by(|a, b| a.0 == b.0).map(of).collect();
    format!("{{{}}}", parts.join(", "))
}
