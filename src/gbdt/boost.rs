//! Trees one after another, each on what the ones before left.

use super::binning::{Binned, check_names};
use super::fixed::{self, Units};
use super::gain::Rules;
use super::grow::{Plan, TreeSpace, grow};
use super::leaves::{self, Data};
use super::model::Model;
use super::params::{Booster, Params};
use super::sample::{deal_rows, draw_columns};
use super::watch::{StopOn, centred_ranks, discord};
use super::{GbdtFault, Matrix, Objective, Rows};
use crate::rng::Rng;

/// One training. Targets and weights are by row of `binned`; only those of `rows` and `watched`
/// are read, and no row may be listed twice.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    pub binned: &'a Binned,
    pub targets: &'a [f64],
    /// `None`: all rows weigh the same.
    pub weights: Option<&'a [f64]>,
    pub rows: Rows<'a>,
    /// Rows whose loss tells when to stop; they are not learnt from.
    pub watched: Option<Rows<'a>>,
    /// A model to go on from.
    pub start: Option<Start<'a>>,
}

/// A model to go on from, and the values its trees ask for: row for row those of the binned rows.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    pub model: &'a Model,
    pub matrix: Matrix<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub model: Model,
    /// Of the watched rows after each round, their mean loss, or 1 − their correlation; empty where
    /// none are watched.
    pub losses: Vec<f64>,
    /// New trees kept: up to the least of these if `patience` is set, else all.
    pub best_rounds: usize,
}

/// Scratch memory of trainings, one after another: nothing big is allocated per tree.
#[derive(Debug, Default)]
pub struct Workspace {
    tree: TreeSpace,
    rows: Vec<u32>,
    watched: Vec<u32>,
    seen: Vec<bool>,
    targets: Vec<f32>,
    margins: Vec<f32>,
    gradients: Vec<f64>,
    hessians: Vec<f64>,
    /// Of the watched rows' targets, where their correlation is asked for.
    ranks: Vec<f64>,
}

impl Booster {
    pub fn fit(&self, task: &Task<'_>, space: &mut Workspace) -> Result<Fit, GbdtFault> {
        let params = self.params();
        check(task, params)?;
        space.read_rows(task, params.objective)?;
        let mut model = space.begin(task, params)?;
        let old = model.trees.len();
        space.rank_watched(params.stop_on);
        let (mut losses, mut best) = (Vec::new(), Best { rounds: 0, loss: f64::INFINITY });
        for round in 0..params.rounds as usize {
            model.trees.push(space.grow_tree(task, params, (old + round) as u64));
            if space.watched.is_empty() {
                continue;
            }
            losses.push(space.watched_loss(task, params));
            best.see(round + 1, losses[round]);
            if params.patience > 0 && round + 1 - best.rounds >= params.patience as usize {
                break;
            }
        }
        if params.patience > 0 && best.rounds > 0 {
            model.trees.truncate(old + best.rounds);
        }
        let best_rounds = model.trees.len() - old;
        Ok(Fit { model, losses, best_rounds })
    }
}

struct Best {
    rounds: usize,
    loss: f64,
}

impl Best {
    fn see(&mut self, rounds: usize, loss: f64) {
        if loss < self.loss {
            *self = Self { rounds, loss };
        }
    }
}

fn check(task: &Task<'_>, params: &Params) -> Result<(), GbdtFault> {
    let expected = task.binned.n_rows();
    let length = |what, got| {
        if got == expected { Ok(()) } else { Err(GbdtFault::Length { what, expected, got }) }
    };
    length("targets", task.targets.len())?;
    task.weights.map_or(Ok(()), |weights| length("weights", weights.len()))?;
    let (monotone, columns) = (params.monotone.len(), task.binned.n_columns());
    if monotone != 0 && monotone != columns {
        return Err(GbdtFault::Monotone { monotone, columns });
    }
    let Some(start) = task.start else { return Ok(()) };
    length("rows to go on from", start.matrix.n_rows())?;
    check_names(start.model.names(), task.binned.edges().names())?;
    if start.model.objective() != params.objective {
        let (model, asked) = (start.model.objective().name(), params.objective.name());
        return Err(GbdtFault::OtherObjective { model, asked });
    }
    Ok(())
}

impl Workspace {
    fn read_rows(&mut self, task: &Task<'_>, objective: Objective) -> Result<(), GbdtFault> {
        let n_rows = task.binned.n_rows();
        self.rows.clear();
        self.watched.clear();
        task.rows.write(&mut self.rows, n_rows)?;
        if let Some(watched) = &task.watched {
            watched.write(&mut self.watched, n_rows)?;
        }
        if self.rows.is_empty() {
            return Err(GbdtFault::NoRows);
        }
        self.targets.clear();
        self.targets.resize(n_rows, 0.0);
        self.seen.clear();
        self.seen.resize(n_rows, false);
        let mut total = 0.0;
        for (at, &row) in self.rows.iter().chain(&self.watched).enumerate() {
            if std::mem::replace(&mut self.seen[row as usize], true) {
                return Err(GbdtFault::RowTwice { row });
            }
            self.targets[row as usize] = target(task, objective, row)?;
            let weight = weight(task, row)?;
            total += if at < self.rows.len() { weight } else { 0.0 };
        }
        if total > 0.0 { Ok(()) } else { Err(GbdtFault::NoWeight) }
    }

    /// The model before the first round, with every row's margin.
    fn begin(&mut self, task: &Task<'_>, params: &Params) -> Result<Model, GbdtFault> {
        self.margins.clear();
        if let Some(start) = task.start {
            self.margins.extend(start.model.predict_margin(&start.matrix)?);
            return Ok(start.model.clone());
        }
        let weigh = |row: u32| task.weights.map_or(1.0, |weights| weights[row as usize]);
        let mut rows: Vec<(f32, f64)> =
            self.rows.iter().map(|&row| (self.targets[row as usize], weigh(row))).collect();
        let score = params.objective.start(&mut rows);
        let names = task.binned.edges().names().to_vec();
        let model = Model::new(params.objective, score, names);
        self.margins.resize(task.binned.n_rows(), model.start_margin());
        Ok(model)
    }

    fn grow_tree(&mut self, task: &Task<'_>, params: &Params, round: u64) -> super::Tree {
        let units = self.find_slopes(task, params.objective);
        let rules = Rules {
            units,
            lambda: params.lambda,
            alpha: params.alpha,
            min_child_weight: params.min_child_weight,
            min_gain: params.min_gain,
        };
        let mut rng = Rng::stream(params.seed, "gbdt rows of a tree", &[round]);
        let TreeSpace { rows, followers, .. } = &mut self.tree;
        deal_rows(&mut rng, params.row_sample, &self.rows, (rows, followers));
        followers.extend_from_slice(&self.watched);
        let all: Vec<u32> = (0..task.binned.n_columns() as u32).collect();
        let mut rng = Rng::stream(params.seed, "gbdt columns of a tree", &[round]);
        let columns = draw_columns(&mut rng, params.column_sample_by_tree, &all);
        let plan = Plan { binned: task.binned, params, rules, columns: &columns, round };
        let (mut tree, leaves) = grow(&plan, &mut self.tree);
        let data = Data { targets: &self.targets, weights: task.weights };
        leaves::refresh(&mut tree, params.objective, (&leaves, &self.tree), (&data, &self.margins));
        leaves::shrink(&mut tree, params.learning_rate);
        leaves::add_to_margins(&tree, (&leaves, &self.tree), &mut self.margins);
        tree
    }

    /// The words of all rows of the training, and what they count in.
    fn find_slopes(&mut self, task: &Task<'_>, objective: Objective) -> Units {
        let Self { tree: TreeSpace { words, .. }, rows, targets, margins, .. } = self;
        words.resize(margins.len(), 0);
        self.gradients.clear();
        if objective == Objective::SquaredError && task.weights.is_none() {
            let gradient = |row: &u32| {
                let at = *row as usize;
                f64::from(margins[at]) - f64::from(targets[at])
            };
            self.gradients.extend(rows.iter().map(gradient));
            let units = Units::new(rows.len(), fixed::sum_abs(&self.gradients), None);
            for (row, gradient) in rows.iter().zip(&self.gradients) {
                words[*row as usize] = units.counted(*gradient);
            }
            return units;
        }
        self.hessians.clear();
        for at in rows.iter().map(|row| *row as usize) {
            let slope = objective.slope(margins[at], targets[at]);
            let weight = task.weights.map_or(1.0, |weights| weights[at]);
            self.gradients.push(slope.gradient * weight);
            self.hessians.push(slope.hessian * weight);
        }
        let hessians = Some(fixed::sum_abs(&self.hessians));
        let units = Units::new(rows.len(), fixed::sum_abs(&self.gradients), hessians);
        for ((row, gradient), hessian) in rows.iter().zip(&self.gradients).zip(&self.hessians) {
            words[*row as usize] = units.word(*gradient, *hessian);
        }
        units
    }

    /// Ranks of the watched rows' targets, where predictions will be ranked against them.
    fn rank_watched(&mut self, stop_on: StopOn) {
        self.ranks.clear();
        if stop_on == StopOn::Correlation {
            let targets = self.watched.iter().map(|row| self.targets[*row as usize]);
            self.ranks = centred_ranks(targets);
        }
    }

    /// The mean loss of the watched rows, by weight; or how far their ranks are from agreeing.
    fn watched_loss(&self, task: &Task<'_>, params: &Params) -> f64 {
        if params.stop_on == StopOn::Correlation {
            let margins = self.watched.iter().map(|row| self.margins[*row as usize]);
            return discord(margins, &self.ranks);
        }
        let objective = params.objective;
        let (mut sum, mut total) = (0.0, 0.0);
        for at in self.watched.iter().map(|row| *row as usize) {
            let weight = task.weights.map_or(1.0, |weights| weights[at]);
            sum += weight * objective.loss(self.margins[at], self.targets[at]);
            total += weight;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }
}

fn target(task: &Task<'_>, objective: Objective, row: u32) -> Result<f32, GbdtFault> {
    let value = task.targets[row as usize];
    let must = match objective {
        Objective::Logistic if !(0.0..=1.0).contains(&value) => "but must be from 0 to 1",
        _ if value.is_nan() || value.abs() > f64::from(MAX_TARGET) => {
            "but must be a finite number below 1e37"
        }
        _ => return Ok(value as f32),
    };
    Err(GbdtFault::Target { row, value, must })
}

/// So that no residual overflows single precision.
const MAX_TARGET: f32 = 1e37;

fn weight(task: &Task<'_>, row: u32) -> Result<f64, GbdtFault> {
    let value = task.weights.map_or(1.0, |weights| weights[row as usize]);
    if value >= 0.0 && value <= f64::from(f32::MAX) {
        Ok(value)
    } else {
        Err(GbdtFault::Weight { row, value })
    }
}
