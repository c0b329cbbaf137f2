//! Which thread computes which outputs: equal work, little of it twice.

use crate::features::expr::{Body, Graph, NodeId, Source};

/// Splits `outputs` (by their index) into at most `n` groups of about equal cost. The split decides
/// only who computes a value, never what it is.
pub fn split(graph: &Graph, outputs: &[NodeId], n: usize) -> Vec<Vec<usize>> {
    let mut shards = vec![Shard::new(graph.nodes().len()); n.max(1).min(outputs.len().max(1))];
    let cones: Vec<Vec<NodeId>> = outputs.iter().map(|&id| graph.needed([id])).collect();
    let full_cost = |cone: &Vec<NodeId>| cone.iter().map(|&id| cost(graph, id)).sum::<f64>();
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    // Dear columns first: the cheap ones then level the loads.
    order.sort_by(|&a, &b| full_cost(&cones[b]).total_cmp(&full_cost(&cones[a])).then(a.cmp(&b)));
    for output in order {
        let added = |shard: &Shard| shard.added_cost(graph, &cones[output]);
        let load_after = |shard: &Shard| shard.load + added(shard);
        let best = (0..shards.len())
            .min_by(|&a, &b| load_after(&shards[a]).total_cmp(&load_after(&shards[b])))
            .unwrap_or_default();
        let cost = added(&shards[best]);
        shards[best].take(output, &cones[output], cost);
    }
    shards.into_iter().map(|shard| shard.outputs).filter(|outputs| !outputs.is_empty()).collect()
}

#[derive(Clone)]
struct Shard {
    outputs: Vec<usize>,
    has: Vec<bool>,
    load: f64,
}

impl Shard {
    fn new(n_nodes: usize) -> Self {
        Self { outputs: Vec::new(), has: vec![false; n_nodes], load: 0.0 }
    }

    /// Nodes the shard computes already cost nothing more.
    fn added_cost(&self, graph: &Graph, cone: &[NodeId]) -> f64 {
        cone.iter().filter(|id| !self.has[id.0]).map(|&id| cost(graph, id)).sum()
    }

    fn take(&mut self, output: usize, cone: &[NodeId], cost: f64) {
        cone.iter().for_each(|id| self.has[id.0] = true);
        self.outputs.push(output);
        self.load += cost;
    }
}

/// Nanoseconds a bar, roughly, as measured: element-wise work streams, state costs a dependency.
fn cost(graph: &Graph, id: NodeId) -> f64 {
    match &graph.node(id).source {
        Source::Column(_) | Source::Constant(_) => 0.0,
        Source::LastClosed(_) => 2.0,
        Source::Kernel { function, .. } => match function.body {
            Body::Kernel { cost, .. } => cost,
            Body::Formula(_) => 0.0,
        },
    }
}
