//! Named features compiled into one graph, and the two ways to run it: all bars, or one by one.

use std::ops::Range;

use rayon::prelude::*;

use super::machine::{BLOCK, Machine};
use super::shard;
use crate::features::expr::{Author, Catalog, Compiler, Domain, ExprFault, Graph, NodeId, Source};
use crate::features::lookback::Lookback;
use crate::market::{Calendar, Columns, Timeframe};
use crate::units::Ts;

/// One column to be.
#[derive(Debug, Clone)]
pub struct Feature {
    pub name: String,
    /// The expression as written.
    pub text: String,
    pub(super) node: NodeId,
}

#[derive(Debug, Clone)]
pub struct Program {
    pub(super) graph: Graph,
    features: Vec<Feature>,
    timeframe: Timeframe,
    calendar: Calendar,
    /// The columns of the bars that are read; `Machine` knows them by their place here.
    pub(super) columns: Vec<String>,
}

/// What must be known of bars before there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub timeframe: Timeframe,
    /// Tells when a longer bar is over.
    pub calendar: Calendar,
    /// Columns beside the five of price and volume.
    pub extra: Vec<String>,
}

/// A feature whose expression does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("feature `{name}`: {fault}")]
pub struct BadFeature {
    pub name: String,
    pub fault: ExprFault,
}

impl Program {
    /// Compiles `wanted` (name, expression and who wrote it) for bars of this shape. Expressions may
    /// use the names in `catalog`. All faults are reported at once.
    pub fn compile(
        wanted: &[(String, String, Author)],
        catalog: &Catalog,
        shape: &Shape,
    ) -> Result<Self, Vec<BadFeature>> {
        let mut compiler = Compiler::new(shape.timeframe, shape.extra.iter().cloned(), catalog);
        let (mut features, mut faults) = (Vec::new(), Vec::new());
        for (name, text, author) in wanted {
            match compiler.compile(text, *author) {
                Ok(node) => features.push(Feature { name: name.clone(), text: text.clone(), node }),
                Err(mut fault) => {
                    // Nobody means the expression itself.
                    let itself = format!("did you mean `{name}`?");
                    fault.hint = fault.hint.filter(|hint| *hint != itself);
                    faults.push(BadFeature { name: name.clone(), fault });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let columns = columns_read(&compiler.graph, &features);
        let (timeframe, calendar) = (shape.timeframe, shape.calendar);
        Ok(Self { graph: compiler.graph, features, timeframe, calendar, columns })
    }

    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    pub fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The first row on which every feature has had its look-back.
    pub fn warm_up(&self) -> usize {
        (0..self.features.len()).map(|at| self.warm_up_of(at)).max().unwrap_or_default()
    }

    pub fn lookback(&self, feature: &Feature) -> Lookback {
        self.graph.node(feature.node).lookback
    }

    /// The hash of what is computed, however it is written.
    pub fn definition(&self, feature: &Feature) -> String {
        self.graph.node(feature.node).hash.to_hex()[..16].to_owned()
    }

    /// How many distinct computations the features need, columns and constants included.
    pub fn n_nodes(&self) -> usize {
        self.graph.needed(self.features.iter().map(|f| f.node)).len()
    }

    /// Names the columns and what is computed in each, however it is written.
    pub fn hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for feature in &self.features {
            hasher.update(&(feature.name.len() as u64).to_le_bytes());
            hasher.update(feature.name.as_bytes());
            hasher.update(self.graph.node(feature.node).hash.as_bytes());
        }
        hasher.update(self.calendar.name().as_bytes());
        hasher.finalize()
    }

    /// Every feature over all bars; missing until its look-back is there.
    pub fn evaluate<T>(&self, bars: &Columns, cell: impl Fn(f64) -> T + Sync) -> Vec<Vec<T>>
    where
        T: Copy + Send,
    {
        let mut table = self.run(bars, &cell);
        for (at, column) in table.iter_mut().enumerate() {
            let masked = self.warm_up_of(at).min(column.len());
            column[..masked].fill(cell(f64::NAN));
        }
        table
    }

    /// Every feature over all bars, shown as soon as there is any value: for the proof.
    pub fn evaluate_raw(&self, bars: &Columns) -> Vec<Vec<f64>> {
        self.run(bars, &|value| value)
    }

    fn run<T: Copy + Send>(
        &self,
        bars: &Columns,
        cell: &(impl Fn(f64) -> T + Sync),
    ) -> Vec<Vec<T>> {
        let inputs = Inputs::new(&self.columns, bars);
        let nodes: Vec<NodeId> = self.features.iter().map(|f| f.node).collect();
        let shards = shard::split(&self.graph, &nodes, rayon::current_num_threads());
        let run = |shard: &Vec<usize>| self.run_shard(shard, &inputs, cell);
        let parts: Vec<Vec<Vec<T>>> = shards.par_iter().map(run).collect();
        let mut table: Vec<Vec<T>> = nodes.iter().map(|_| Vec::new()).collect();
        for (at, column) in shards.iter().flatten().zip(parts.into_iter().flatten()) {
            table[*at] = column;
        }
        table
    }

    /// The features bar by bar, from the first bar on.
    pub fn live(&self) -> Live<'_> {
        let all: Vec<usize> = (0..self.features.len()).collect();
        Live { program: self, machine: self.machine(&all), scratch: Scratch::default(), n_bars: 0 }
    }

    pub(super) fn machine(&self, shard: &[usize]) -> Machine {
        let nodes: Vec<NodeId> = shard.iter().map(|&at| self.features[at].node).collect();
        Machine::new(&self.graph, &nodes, (&self.columns, self.timeframe, self.calendar))
    }

    fn run_shard<T: Copy>(
        &self,
        shard: &[usize],
        inputs: &Inputs,
        cell: &impl Fn(f64) -> T,
    ) -> Vec<Vec<T>> {
        let (mut machine, mut scratch) = (self.machine(shard), Scratch::default());
        let mut columns: Vec<Vec<T>> =
            shard.iter().map(|_| Vec::with_capacity(inputs.n_rows)).collect();
        for start in (0..inputs.n_rows).step_by(BLOCK) {
            let rows = start..(start + BLOCK).min(inputs.n_rows);
            let block = inputs.block(rows, &mut scratch);
            machine.run(&block);
            for (at, column) in columns.iter_mut().enumerate() {
                column.extend(machine.output(at, &block).iter().map(|&value| cell(value)));
            }
        }
        columns
    }

    pub(super) fn warm_up_of(&self, at: usize) -> usize {
        self.lookback(&self.features[at]).warm_up()
    }
}

/// A program in the middle of a history, as in production.
pub struct Live<'a> {
    program: &'a Program,
    machine: Machine,
    scratch: Scratch,
    n_bars: usize,
}

impl Live<'_> {
    /// Takes the next bar, the `row`-th of `bars`, and writes the features known at its close.
    pub fn push(&mut self, bars: &LiveBars, row: usize, out: &mut [f64]) {
        self.push_raw(bars, row, out);
        for (at, value) in out.iter_mut().enumerate() {
            if self.n_bars <= self.program.warm_up_of(at) {
                *value = f64::NAN;
            }
        }
    }

    /// As [`Self::push`], but values are shown before they are settled: for the proof.
    pub fn push_raw(&mut self, bars: &LiveBars, row: usize, out: &mut [f64]) {
        let block = bars.0.block(row..row + 1, &mut self.scratch);
        self.machine.run(&block);
        for (at, value) in out.iter_mut().enumerate() {
            *value = self.machine.output(at, &block)[0];
        }
        self.n_bars += 1;
    }
}

/// Bars laid out for [`Live::push`].
pub struct LiveBars<'a>(Inputs<'a>);

impl<'a> LiveBars<'a> {
    pub fn new(program: &Program, bars: &'a Columns) -> Self {
        Self(Inputs::new(&program.columns, bars))
    }
}

/// The bars' columns in the program's order.
pub(super) struct Inputs<'a> {
    columns: Vec<Input<'a>>,
    pub(super) n_rows: usize,
}

enum Input<'a> {
    Values(&'a [f64]),
    /// Turned into floats block by block, by the thread that reads them.
    Times(&'a [Ts]),
    /// What these bars lack.
    Missing,
}

/// The columns of a block that are not the bars' own.
#[derive(Default)]
pub(super) struct Scratch {
    times: Vec<f64>,
    missing: Vec<f64>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(names: &[String], bars: &'a Columns) -> Self {
        let column = |name: &String| match bars.column(name) {
            Some(values) => Input::Values(values),
            None if name == "ts" => Input::Times(&bars.ts),
            None => Input::Missing,
        };
        Self { columns: names.iter().map(column).collect(), n_rows: bars.len() }
    }

    pub(super) fn block<'b>(
        &'b self,
        rows: Range<usize>,
        scratch: &'b mut Scratch,
    ) -> Vec<&'b [f64]> {
        scratch.times.clear();
        scratch.missing.resize(rows.len(), f64::NAN);
        for column in &self.columns {
            if let Input::Times(times) = column {
                scratch.times.extend(times[rows.clone()].iter().map(|ts| ts.0 as f64));
            }
        }
        let column = |column: &'b Input| match column {
            Input::Values(values) => &values[rows.clone()],
            Input::Times(_) => &scratch.times,
            Input::Missing => &scratch.missing,
        };
        self.columns.iter().map(column).collect()
    }
}

/// What the features read; `ts` always, and `volume` where higher bars need a weight.
fn columns_read(graph: &Graph, features: &[Feature]) -> Vec<String> {
    let mut names = vec!["ts".to_owned()];
    for id in graph.needed(features.iter().map(|f| f.node)) {
        let node = graph.node(id);
        if let Source::Column(name) = &node.source {
            names.push(name.clone());
            if name == "vwap" && node.domain != Domain::Base {
                names.push("volume".to_owned());
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}
