//! One thread's part of a graph, run block by block. All state is in the kernels, so how the bars
//! are cut into blocks cannot change a bit of the result: a block may as well be one live bar.

use super::higher::Higher;
use super::order;
use crate::features::expr::{Body, Domain, Graph, NodeId, Setting, Source};
use crate::features::kernels::Kernel;
use crate::features::kernels::smooth::{self, Smoother};
use crate::market::{Calendar, Timeframe};

/// Bars in a block: forty live columns of this length fit in a core's second-level cache.
pub const BLOCK: usize = 1024;

/// One bar can close the bar of a higher timeframe that a gap left open, and its own.
const CAPACITY: usize = BLOCK + 1;

/// No kernel has more inputs than this.
const MAX_ARGS: usize = 8;

/// Where an operation finds a column of the present block.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A column of the bars.
    Bars(usize),
    /// A column of the `.0`-th higher timeframe.
    Higher(usize, usize),
    /// A computed column.
    Slot(usize),
}

enum Work {
    Kernel(Box<dyn Kernel>),
    Smoothers(Beside),
    /// Shows the last closed value of a higher timeframe, which is kept here.
    LastClosed {
        higher: usize,
        last: f64,
    },
}

/// Averages side by side, one input and one output each.
struct Beside {
    averages: Vec<Smoother>,
    /// The slots of all but the first.
    others: Vec<usize>,
    /// What is in the slots while it is filled, first the operation's own.
    outs: Vec<Vec<f64>>,
}

struct Operation {
    work: Work,
    inputs: Vec<Place>,
    out: usize,
    /// The higher timeframe it runs on; none: the bars given.
    higher: Option<usize>,
}

pub struct Machine {
    operations: Vec<Operation>,
    slots: Vec<Vec<f64>>,
    highers: Vec<Higher>,
    outputs: Vec<Place>,
}

/// The bars of one block, a slice per column in the program's order.
pub type Block<'a> = [&'a [f64]];

impl Machine {
    /// A machine for `outputs` of a graph whose bars have `columns`.
    pub fn new(graph: &Graph, outputs: &[NodeId], bars: (&[String], Timeframe, Calendar)) -> Self {
        Builder::new(graph, outputs, bars).build()
    }

    /// Continues by one block of at most [`BLOCK`] bars; results are then in [`Machine::output`].
    pub fn run(&mut self, block: &Block) {
        let n = block.first().map_or(0, |column| column.len());
        self.highers.iter_mut().for_each(|higher| higher.feed(block));
        for operation in &mut self.operations {
            let mut out = std::mem::take(&mut self.slots[operation.out]);
            if let Work::Smoothers(beside) = &mut operation.work {
                beside.swap(&mut self.slots);
            }
            let len = operation.higher.map_or(n, |at| self.highers[at].len());
            let find = |place: &Place| match *place {
                Place::Bars(column) => block[column],
                Place::Higher(at, column) => self.highers[at].column(column),
                Place::Slot(slot) => &self.slots[slot],
            };
            let places = &operation.inputs;
            match &mut operation.work {
                Work::Kernel(kernel) => {
                    let inputs = gather(places, find, len);
                    kernel.run(&inputs[..places.len()], &mut out[..len]);
                }
                Work::Smoothers(beside) => {
                    let inputs = gather(places, find, len);
                    std::mem::swap(&mut out, &mut beside.outs[0]);
                    let Beside { averages, outs, .. } = beside;
                    smooth::run_beside(averages, &inputs[..places.len()], outs);
                    std::mem::swap(&mut out, &mut beside.outs[0]);
                    beside.swap(&mut self.slots);
                }
                Work::LastClosed { higher, last } => {
                    self.highers[*higher].spread(find(&places[0]), last, &mut out[..n]);
                }
            }
            self.slots[operation.out] = out;
        }
    }

    /// The `at`-th output over the last block of `block`'s bars.
    pub fn output<'a>(&'a self, at: usize, block: &'a Block) -> &'a [f64] {
        let n = block.first().map_or(0, |column| column.len());
        match self.outputs[at] {
            Place::Bars(column) => block[column],
            Place::Higher(higher, column) => self.highers[higher].column(column),
            Place::Slot(slot) => &self.slots[slot][..n],
        }
    }
}

impl Beside {
    fn new(averages: Vec<Smoother>) -> Self {
        let outs = vec![Vec::new(); averages.len()];
        Self { averages, others: Vec::new(), outs }
    }

    /// Takes the slots' columns, or puts them back.
    fn swap(&mut self, slots: &mut [Vec<f64>]) {
        for (out, slot) in self.outs[1..].iter_mut().zip(&self.others) {
            std::mem::swap(out, &mut slots[*slot]);
        }
    }
}

#[inline(always)]
fn gather<'a>(
    places: &[Place],
    find: impl Fn(&Place) -> &'a [f64],
    len: usize,
) -> [&'a [f64]; MAX_ARGS] {
    let mut inputs: [&[f64]; MAX_ARGS] = [&[]; MAX_ARGS];
    for (input, place) in inputs.iter_mut().zip(places) {
        *input = &find(place)[..len];
    }
    inputs
}

/// Lays the nodes out: order, places, and the reuse of slots once nobody reads them any more.
struct Builder<'a> {
    graph: &'a Graph,
    columns: &'a [String],
    base: Timeframe,
    calendar: Calendar,
    /// The nodes step by step.
    order: Vec<Vec<NodeId>>,
    outputs: &'a [NodeId],
    places: Vec<Option<Place>>,
    highers: Vec<Higher>,
    free: Vec<usize>,
    slots: Vec<Vec<f64>>,
    /// Per node: the last step that reads it.
    last_use: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn new(
        graph: &'a Graph,
        outputs: &'a [NodeId],
        bars: (&'a [String], Timeframe, Calendar),
    ) -> Self {
        let order = order::steps(graph, outputs);
        let mut last_use = vec![0; graph.nodes().len()];
        for (at, step) in order.iter().enumerate() {
            let inputs = step.iter().flat_map(|&id| graph.inputs(id));
            inputs.for_each(|input| last_use[input.0] = at);
        }
        outputs.iter().for_each(|output| last_use[output.0] = usize::MAX);
        Self {
            graph,
            columns: bars.0,
            base: bars.1,
            calendar: bars.2,
            order,
            outputs,
            places: vec![None; graph.nodes().len()],
            highers: Vec::new(),
            free: Vec::new(),
            slots: Vec::new(),
            last_use,
        }
    }

    fn build(mut self) -> Machine {
        let mut operations = Vec::new();
        for at in 0..self.order.len() {
            operations.extend(self.place(at));
        }
        let outputs = self.outputs.iter().filter_map(|id| self.places[id.0]).collect();
        Machine { operations, slots: self.slots, highers: self.highers, outputs }
    }

    /// Gives the nodes of a step their places, and the operation that fills them unless there is
    /// nothing to compute.
    fn place(&mut self, at: usize) -> Option<Operation> {
        let step = self.order[at].clone();
        let (id, node) = (step[0], self.graph.node(step[0]));
        let higher = match node.domain {
            Domain::Base => None,
            Domain::Higher(timeframe) => Some(self.higher(timeframe)?),
        };
        let mut work = match &node.source {
            Source::Column(name) => {
                self.places[id.0] = Some(self.bars_column(name, higher));
                return None;
            }
            Source::Constant(value) => {
                // A slot of its own that is filled once and never given back.
                self.places[id.0] = Some(Place::Slot(self.new_slot(*value)));
                return None;
            }
            Source::Kernel { .. } => self.kernels(&step)?,
            Source::LastClosed(inner) => match self.graph.node(*inner).domain {
                Domain::Base => return None,
                Domain::Higher(timeframe) => {
                    Work::LastClosed { higher: self.higher(timeframe)?, last: f64::NAN }
                }
            },
        };
        let inputs = step.iter().flat_map(|&id| self.graph.inputs(id));
        let inputs = inputs.filter_map(|input| self.places[input.0]).collect();
        let out = self.fill(id);
        if let Work::Smoothers(beside) = &mut work {
            beside.others = step[1..].iter().map(|id| self.fill(*id)).collect();
        }
        self.give_back(at);
        Some(Operation { work, inputs, out, higher })
    }

    /// The kernel of a step, or the smoothers that run at once.
    fn kernels(&self, step: &[NodeId]) -> Option<Work> {
        let mut averages = Vec::new();
        for id in step {
            let node = self.graph.node(*id);
            let Source::Kernel { function, numbers } = &node.source else { return None };
            let timeframe = match node.domain {
                Domain::Base => self.base,
                Domain::Higher(timeframe) => timeframe,
            };
            let setting = Setting { numbers, timeframe };
            match function.body {
                Body::Smoother(make) => averages.push(make(&setting)),
                _ => return Some(Work::Kernel(function.make(&setting)?.kernel)),
            }
        }
        Some(Work::Smoothers(Beside::new(averages)))
    }

    /// The slot that the node fills.
    fn fill(&mut self, id: NodeId) -> usize {
        let out = self.free.pop().unwrap_or_else(|| self.new_slot(f64::NAN));
        self.places[id.0] = Some(Place::Slot(out));
        out
    }

    fn bars_column(&mut self, name: &str, higher: Option<usize>) -> Place {
        let column = self.columns.iter().position(|c| c == name).unwrap_or_default();
        match higher {
            Some(h) => Place::Higher(h, self.highers[h].keep(column, self.columns)),
            None => Place::Bars(column),
        }
    }

    fn new_slot(&mut self, value: f64) -> usize {
        self.slots.push(vec![value; CAPACITY]);
        self.slots.len() - 1
    }

    /// Slots whose last reader is the step at `at` are free for the steps after it.
    fn give_back(&mut self, at: usize) {
        let step = self.order[at].iter();
        let mut inputs: Vec<NodeId> = step.flat_map(|&id| self.graph.inputs(id)).collect();
        inputs.sort_unstable();
        inputs.dedup();
        for input in inputs {
            let is_constant = matches!(self.graph.node(input).source, Source::Constant(_));
            if let Some(Place::Slot(slot)) = self.places[input.0]
                && self.last_use[input.0] == at
                && !is_constant
            {
                self.free.push(slot);
            }
        }
    }

    /// The compiler has checked that such bars can be built.
    fn higher(&mut self, timeframe: Timeframe) -> Option<usize> {
        if let Some(at) = self.highers.iter().position(|h| h.timeframe() == timeframe) {
            return Some(at);
        }
        self.highers.push(Higher::new(timeframe, (self.base, self.calendar), self.columns).ok()?);
        Some(self.highers.len() - 1)
    }
}
