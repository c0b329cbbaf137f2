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
const SMOOTHING: f64 = 0.9;

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

    /// Puts the output where the sum of the loads' squares is then least, which is small where loads
    /// are even and where little is done twice. Nodes that are there already cost nothing more.
    fn settle(&mut self, output: usize) {
        let cost_in = |shard: &Shard| {
            let new = self.cones[output].iter().filter(|id| shard.users[id.0] == 0);
            WRITING + new.map(|id| self.costs[id.0]).sum::<f64>()
        };
        let costs: Vec<f64> = self.shards.iter().map(cost_in).collect();
        let growth = |at: usize| costs[at] * (2.0 * self.shards[at].load + costs[at]);
        let best = (0..costs.len()).min_by(|&a, &b| growth(a).total_cmp(&growth(b)));
        let best = best.unwrap_or_default();
        self.cones[output].iter().for_each(|id| self.shards[best].users[id.0] += 1);
        self.shards[best].load += costs[best];
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
        Source::Column(_) if node.domain != Domain::Base => 2.0,
        Source::Column(_) | Source::Constant(_) => 0.0,
        Source::LastClosed(_) => 0.3,
        Source::Kernel { function, .. } => match function.body {
            // On longer bars there is less to do.
            Body::Kernel { .. } | Body::Smoother(_) if node.domain != Domain::Base => 0.1,
            Body::Kernel { cost, .. } => cost,
            Body::Smoother(_) => SMOOTHING,
            Body::Formula(_) => 0.0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::expr::all_functions;
    use crate::features::lookback::Lookback;

    fn kernel(graph: &mut Graph, name: &str, n: f64, args: &[NodeId]) -> NodeId {
        let function = all_functions().find(|f| f.name == name).unwrap();
        let source = Source::Kernel { function, numbers: vec![n] };
        graph.add(source, args.to_vec(), Domain::Base, Lookback::NONE)
    }

    #[test]
    fn outputs_of_one_dear_node_stay_together() {
        let mut graph = Graph::default();
        let close = Source::Column("close".to_owned());
        let close = graph.add(close, vec![], Domain::Base, Lookback::NONE);
        let dear = ["skew", "kurt", "median"].map(|n| kernel(&mut graph, n, 96.0, &[close]));
        let outputs: Vec<NodeId> =
            (0..9).map(|k| kernel(&mut graph, "lag", k as f64, &[dear[k % 3]])).collect();
        // The median costs more than both others.
        let sorted = |n: usize| {
            let mut shards = split(&graph, &outputs, n);
            shards.sort();
            shards
        };
        assert_eq!(sorted(2), [vec![0, 1, 3, 4, 6, 7], vec![2, 5, 8]]);
        assert_eq!(sorted(3), [[0, 3, 6], [1, 4, 7], [2, 5, 8]]);
        assert_eq!(sorted(1), [(0..9).collect::<Vec<_>>()]);
    }
}
