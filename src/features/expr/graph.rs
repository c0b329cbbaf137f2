//! The graph every expression ends in: equal subexpressions are one node.

use std::collections::{BTreeMap, BTreeSet};

use super::functions::Function;
use crate::features::lookback::Lookback;
use crate::market::Timeframe;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// The bars a node runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domain {
    /// The bars given.
    Base,
    /// Finished bars of a higher timeframe.
    Higher(Timeframe),
}

/// Where a node's values come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A column of the bars.
    Column(String),
    Constant(f64),
    /// A kernel, with its windows and numbers.
    Kernel {
        function: &'static Function,
        numbers: Vec<f64>,
    },
    /// The value of a higher-timeframe node at the last bar that has closed by this bar's close.
    LastClosed(NodeId),
}

#[derive(Debug, Clone)]
pub struct Node {
    pub source: Source,
    pub args: Vec<NodeId>,
    pub domain: Domain,
    /// How many bars of its domain before this one the value rests on.
    pub lookback: Lookback,
    /// Names the computation, whatever the order in which nodes were added.
    pub hash: blake3::Hash,
}

/// Nodes in an order in which arguments come first.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    known: BTreeMap<[u8; 32], NodeId>,
}

impl Graph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of this computation: the old one if it is known already.
    pub fn add(
        &mut self,
        source: Source,
        args: Vec<NodeId>,
        domain: Domain,
        own: Lookback,
    ) -> NodeId {
        let hash = self.hash(&source, &args, domain);
        if let Some(&id) = self.known.get(hash.as_bytes()) {
            return id;
        }
        let inputs = args.iter().map(|&arg| self.node(arg).lookback);
        let lookback = inputs.fold(Lookback::NONE, Lookback::or_longer).then(own);
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node { source, args, domain, lookback, hash });
        self.known.insert(*hash.as_bytes(), id);
        id
    }

    /// The nodes needed for `outputs`, arguments first.
    pub fn needed(&self, outputs: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut marked = vec![false; self.nodes.len()];
        outputs.into_iter().for_each(|id| marked[id.0] = true);
        for at in (0..self.nodes.len()).rev().map(NodeId) {
            if !marked[at.0] {
                continue;
            }
            self.inputs(at).for_each(|input| marked[input.0] = true);
        }
        (0..marked.len()).filter(|&i| marked[i]).map(NodeId).collect()
    }

    /// As [`Self::needed`] for one output, but costs only as much as it needs of a large graph.
    pub fn needed_by(&self, output: NodeId) -> Vec<NodeId> {
        let (mut found, mut open) = (BTreeSet::from([output]), vec![output]);
        while let Some(id) = open.pop() {
            open.extend(self.inputs(id).filter(|input| found.insert(*input)));
        }
        found.into_iter().collect()
    }

    /// The nodes that `id` reads.
    pub fn inputs(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.node(id);
        let higher = match node.source {
            Source::LastClosed(inner) => Some(inner),
            _ => None,
        };
        node.args.iter().copied().chain(higher)
    }

    fn hash(&self, source: &Source, args: &[NodeId], domain: Domain) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let mut feed = |part: &[u8]| {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        };
        match domain {
            Domain::Base => feed(b"base"),
            Domain::Higher(timeframe) => feed(&timeframe.us().to_le_bytes()),
        }
        match source {
            Source::Column(name) => [b"column", name.as_bytes()].into_iter().for_each(&mut feed),
            Source::Constant(value) => feed(&value.to_bits().to_le_bytes()),
            Source::Kernel { function, numbers } => {
                feed(function.name.as_bytes());
                numbers.iter().for_each(|v| feed(&v.to_bits().to_le_bytes()));
            }
            Source::LastClosed(inner) => feed(self.node(*inner).hash.as_bytes()),
        }
        args.iter().for_each(|&arg| feed(self.node(arg).hash.as_bytes()));
        hasher.finalize()
    }
}
