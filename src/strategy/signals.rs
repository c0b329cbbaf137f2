//! Conditions over bars as bits, each computed once, however many ask for it.

use std::collections::BTreeMap;

use super::spec::Sides;
use crate::features::expr::{Author, Catalog};
use crate::features::{BadFeature, Program, Shape};
use crate::market::Columns;

/// On which bars one enters: bit `row % 64` of word `row / 64`.
pub type Entries = Sides<Vec<u64>>;

/// Conditions by their text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits(BTreeMap<String, Vec<u64>>);

impl Bits {
    /// Every condition over all bars; where one is missing, or not settled yet, it does not hold.
    pub fn new(
        conditions: impl IntoIterator<Item = String>,
        shape: &Shape,
        bars: &Columns,
    ) -> Result<Self, Vec<BadFeature>> {
        let mut bits = Self::default();
        bits.add(conditions, shape, bars)?;
        Ok(bits)
    }

    /// Computes what is not there yet.
    pub fn add(
        &mut self,
        conditions: impl IntoIterator<Item = String>,
        shape: &Shape,
        bars: &Columns,
    ) -> Result<(), Vec<BadFeature>> {
        let mut texts = unique(conditions);
        texts.retain(|text| !self.0.contains_key(text));
        let words = compile(&texts, shape)?.evaluate_bits(bars);
        self.0.extend(texts.into_iter().zip(words));
        Ok(())
    }

    pub fn n_conditions(&self) -> usize {
        self.0.len()
    }

    /// The bits of a condition it was made with.
    pub fn get(&self, condition: &str) -> Option<&[u64]> {
        self.0.get(condition).map(Vec::as_slice)
    }

    pub fn sides(&self, conditions: &Sides<String>) -> Option<Sides<&[u64]>> {
        Some(Sides { long: self.get(&conditions.long)?, short: self.get(&conditions.short)? })
    }
}

/// The first bar on which each of these conditions has all of its past.
pub fn warm_up(
    conditions: impl IntoIterator<Item = String>,
    shape: &Shape,
) -> Result<usize, Vec<BadFeature>> {
    Ok(compile(&unique(conditions), shape)?.warm_up())
}

/// In the order in which they came: neighbours share most.
fn unique(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

/// A program with a column for each text. What is built in means the same whatever the user calls
/// by its names.
pub(super) fn compile(texts: &[String], shape: &Shape) -> Result<Program, Vec<BadFeature>> {
    let column = |text: &String| (text.clone(), text.clone(), Author::BuiltIn);
    let columns: Vec<(String, String, Author)> = texts.iter().map(column).collect();
    Program::compile(&columns, &Catalog::default(), shape)
}
