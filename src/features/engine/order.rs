//! In which order a graph is computed, and what of it at once.

use crate::features::expr::{Body, Domain, Graph, NodeId, Source};
use crate::features::kernels::smooth::BESIDE;

/// The nodes that `outputs` need, arguments first. Those of one step are computed at once: one node,
/// or up to [`BESIDE`] smoothers on the same bars.
pub fn steps(graph: &Graph, outputs: &[NodeId]) -> Vec<Vec<NodeId>> {
    let needed = graph.needed(outputs.iter().copied());
    let ranks = ranks(graph, &needed);
    let mut plan = Plan { graph, steps: Vec::new(), planned: vec![false; graph.nodes().len()] };
    for rank in 1..=ranks.iter().copied().max().unwrap_or_default() {
        let of_rank = |id: &&NodeId| ranks[id.0] == rank && is_smoother(graph, **id);
        plan.smooth(needed.iter().filter(of_rank).copied().collect());
    }
    needed.iter().for_each(|id| plan.take(&[*id]));
    plan.steps
}

struct Plan<'a> {
    graph: &'a Graph,
    steps: Vec<Vec<NodeId>>,
    planned: Vec<bool>,
}

impl Plan<'_> {
    /// Smoothers that do not wait for each other, after all that they wait for.
    fn smooth(&mut self, mut smoothers: Vec<NodeId>) {
        let inputs = smoothers.iter().flat_map(|id| self.graph.inputs(*id));
        for id in self.graph.needed(inputs.collect::<Vec<_>>()) {
            self.take(&[id]);
        }
        let domain = |id: &NodeId| -> Domain { self.graph.node(*id).domain };
        smoothers.sort_by_key(domain);
        let groups: Vec<Vec<NodeId>> = smoothers
            .chunk_by(|a, b| domain(a) == domain(b))
            .flat_map(|beside| {
                // Five are three and two rather than four and a lonely one.
                let size = beside.len().div_ceil(beside.len().div_ceil(BESIDE));
                beside.chunks(size).map(<[NodeId]>::to_vec)
            })
            .collect();
        groups.iter().for_each(|group| self.take(group));
    }

    fn take(&mut self, step: &[NodeId]) {
        if !self.planned[step[0].0] {
            step.iter().for_each(|id| self.planned[id.0] = true);
            self.steps.push(step.to_vec());
        }
    }
}

/// Per node: how many smoothers follow each other up to it.
fn ranks(graph: &Graph, needed: &[NodeId]) -> Vec<usize> {
    let mut ranks = vec![0; graph.nodes().len()];
    for &id in needed {
        let before = graph.inputs(id).map(|input| ranks[input.0]).max().unwrap_or_default();
        ranks[id.0] = before + usize::from(is_smoother(graph, id));
    }
    ranks
}

fn is_smoother(graph: &Graph, id: NodeId) -> bool {
    matches!(&graph.node(id).source, Source::Kernel { function, .. }
        if matches!(function.body, Body::Smoother(_)))
}
