//! Which thread computes which outputs: equal work, little of it twice.

use crate::features::expr::{Body, Domain, Graph, NodeId, Source};

/// Splits `outputs` (by their index) into at most `n` groups of about equal cost. The split decides
/// only who computes a value, never what it is.
pub fn split(graph: &Graph, outputs: &[NodeId], n: usize) -> Vec<Vec<usize>> {
    let mut plan = Plan::new(graph, outputs, n.max(1).min(outputs.len().max(1)));
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    // Dear columns first: the cheap ones then level the loads.
    order.sort_by(|&a, &b| plan.alone(b).total_cmp(&plan.alone(a)).then(a.cmp(&b)));
    for output in &order {
        plan.settle(*output);
    }
    // What came early could not know what it would share with what came late.
    for output in order.iter().cycle().take(ROUNDS * order.len()) {
        plan.lift(*output);
        plan.settle(*output);
    }
    let mut shards = vec![Vec::new(); plan.shards.len()];
    for (output, shard) in plan.place.into_iter().enumerate() {
        shards[shard].push(output);
    }
    shards.into_iter().filter(|outputs| !outputs.is_empty()).collect()
}

/// After this many, hardly a column changes its place.
const ROUNDS: usize = 4;

/// Nanoseconds a bar for an output itself.
const WRITING: f64 = 0.5;

/// Nanoseconds a bar for an average that runs beside others.
const SMOOTHING: f64 = 0.8;

struct Plan {
    /// Per output: what it needs.
    cones: Vec<Vec<NodeId>>,
    /// Per node, in nanoseconds a bar.
    costs: Vec<f64>,
    shards: Vec<Shard>,
    /// Per output: its shard.
    place: Vec<usize>,
}

#[derive(Clone)]
struct Shard {
    /// Per node: how many outputs here need it.
    users: Vec<u32>,
    load: f64,
}

impl Plan {
    fn new(graph: &Graph, outputs: &[NodeId], n_shards: usize) -> Self {
        let n_nodes = graph.nodes().len();
        Self {
            cones: outputs.iter().map(|&id| graph.needed([id])).collect(),
            costs: (0..n_nodes).map(|at| cost(graph, NodeId(at))).collect(),
            shards: vec![Shard { users: vec![0; n_nodes], load: 0.0 }; n_shards],
            place: vec![0; outputs.len()],
        }
    }

    fn alone(&self, output: usize) -> f64 {
        self.cones[output].iter().map(|id| self.costs[id.0]).sum()
    }

    /// Puts the output where the load is then least: nodes that are there already cost nothing more.
    fn settle(&mut self, output: usize) {
        let load_with = |shard: &Shard| {
            let new = self.cones[output].iter().filter(|id| shard.users[id.0] == 0);
            shard.load + WRITING + new.map(|id| self.costs[id.0]).sum::<f64>()
        };
        let loads: Vec<f64> = self.shards.iter().map(load_with).collect();
        let best = (0..loads.len()).min_by(|&a, &b| loads[a].total_cmp(&loads[b]));
        let best = best.unwrap_or_default();
        self.cones[output].iter().for_each(|id| self.shards[best].users[id.0] += 1);
        self.shards[best].load = loads[best];
        self.place[output] = best;
    }

    fn lift(&mut self, output: usize) {
        let shard = &mut self.shards[self.place[output]];
        shard.load -= WRITING;
        for id in &self.cones[output] {
            shard.users[id.0] -= 1;
            if shard.users[id.0] == 0 {
                shard.load -= self.costs[id.0];
            }
        }
    }
}

/// Nanoseconds a bar, roughly, as measured: element-wise work streams, state costs a dependency.
fn cost(graph: &Graph, id: NodeId) -> f64 {
    let node = graph.node(id);
    match &node.source {
        Source::Column(_) if node.domain != Domain::Base => 4.0,
        Source::Column(_) | Source::Constant(_) => 0.0,
        Source::LastClosed(_) => 1.0,
        Source::Kernel { function, .. } => match function.body {
            // On longer bars there is less to do.
            Body::Kernel { .. } if node.domain != Domain::Base => 0.1,
            Body::Smoother(_) if node.domain != Domain::Base => 0.1,
            Body::Kernel { cost, .. } => cost,
            Body::Smoother(_) => SMOOTHING,
            Body::Formula(_) => 0.0,
        },
    }
}
