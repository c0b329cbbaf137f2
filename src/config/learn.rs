//! `learn.*`: what learns, and how.

use std::path::PathBuf;

use super::free_keys::Directions;
use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;

section! {
    /// What learns to predict, one model for each of labels.horizons.
    pub struct Learn, check Learn::check;
    /// The learner. gbdt: our own boosted trees, the fastest. hessboost and xgboost: the same trees
    /// by others, to check against. linear and forest: what boosting has to beat. A forest has
    /// `rounds` trees and reads max_depth, min_child_weight and column_sampling besides.
    backend: Backend = Backend::Gbdt, Rule::any();
    /// What is learnt: the return in bps, or whether it is above zero.
    target: Target = Target::ReturnBps, Rule::any();
    /// How errors count, for `target: return_bps`: huber counts errors beyond huber_bps less.
    loss: Loss = Loss::Squared, Rule::any();
    /// Where huber bends.
    huber_bps: f64 = 50.0, Rule::above(0.0, 1e6).unit("bps");
    /// Boosting rounds, one tree each; early stopping may take fewer.
    rounds: u32 = 200, Rule::within(1.0, 100_000.0).unit("rounds");
    /// Stop after so many rounds without gain on the early-stop slice; null: never, and that slice
    /// is learnt from like any other. Of returns a slice tells so little that stopping costs more
    /// than it saves: the calibration takes care of predictions that are too bold.
    patience: Option<u32> = None, Rule::within(1.0, 100_000.0).unit("rounds");
    /// What must gain: the rank correlation of prediction and return (`backend: gbdt` alone), or the
    /// loss, which on returns is least after a tree or two.
    stop_on: StopOn = StopOn::Correlation, Rule::any();
    /// The share of each tree's verdict that is taken.
    learning_rate: f64 = 0.05, Rule::above(0.0, 1.0);
    /// Whether trees grow level by level, or where most is gained.
    growth: Growth = Growth::Depth, Rule::any();
    /// Levels of a tree. Deep trees found more on real bars; of a smooth effect that is planted in a
    /// market, 3 levels and 100 rounds find a tenth more. (A forest wants 8 or so.)
    max_depth: u32 = 6, Rule::within(1.0, 20.0).unit("levels");
    /// Leaves of a tree, for `growth: leaf`.
    max_leaves: u32 = 31, Rule::within(2.0, 4096.0).unit("leaves");
    /// Values a column is told apart by.
    max_bins: u32 = 256, Rule::within(3.0, 256.0).unit("bins");
    /// Pull of leaves towards zero, by their square (L2) …
    l2: f64 = 1.0, Rule::within(0.0, 1e9);
    /// … and by their size (L1).
    l1: f64 = 0.0, Rule::within(0.0, 1e9);
    /// The least weight of rows in a leaf.
    min_child_weight: f64 = 1.0, Rule::within(0.0, 1e9);
    /// The least gain of a split.
    min_gain: f64 = 0.0, Rule::within(0.0, 1e9);
    /// Part of the rows each tree sees.
    row_sampling: f64 = 0.8, Rule::above(0.0, 1.0);
    /// Part of the columns each tree sees …
    column_sampling: f64 = 0.8, Rule::above(0.0, 1.0);
    /// … and of those, the part each node sees.
    node_column_sampling: f64 = 1.0, Rule::above(0.0, 1.0);
    /// Learn from columns that are prices themselves (they double when all prices do), such as a
    /// moving average. What a tree learns of a price does not hold at another, so they are left out;
    /// `close / ema(close, 20)` says the same and stays.
    price_levels: bool = false, Rule::any();
    /// Columns that predictions may only rise (1) or only fall (-1) with. For example:
    ///   monotone:
    ///     ret_1: -1
    monotone: Directions = Directions::default(), Rule::any();
    /// Train once on all columns, keep this many of the most important and train on them; null: all.
    prune: Option<u32> = None, Rule::within(1.0, 100_000.0).unit("columns");
    /// A column that alone goes with the labels more closely than this (by rank correlation) is taken
    /// for one that knows the future, and training is refused; 1: never.
    max_column_ic: f64 = 0.3, Rule::above(0.0, 1.0);
    /// For `backend: linear`: the pull of coefficients towards zero, of columns brought to spread 1 …
    penalty: f64 = 0.01, Rule::within(0.0, 1e6);
    /// … and the part of it that is absolute, which leaves columns out.
    penalty_l1_share: f64 = 0.5, Rule::within(0.0, 1.0);
    /// For `backend: xgboost`: the library; null: where the system has it.
    xgboost_library: Option<PathBuf> = None, Rule::any();
}

choice! {
    /// What learns.
    pub enum Backend {
        Gbdt = "gbdt",
        Hessboost = "hessboost",
        Xgboost = "xgboost",
        Linear = "linear",
        Forest = "forest",
    }
}

choice! {
    /// What is learnt of a label.
    pub enum Target {
        ReturnBps = "return_bps",
        Sign = "sign",
    }
}

choice! {
    /// How errors count.
    pub enum Loss {
        Squared = "squared",
        Huber = "huber",
    }
}

choice! {
    /// What tells when to stop.
    pub enum StopOn {
        Correlation = "correlation",
        Loss = "loss",
    }
}

choice! {
    /// Where a tree grows next.
    pub enum Growth {
        Depth = "depth",
        Leaf = "leaf",
    }
}

impl Learn {
    fn check(&self, reading: &mut Reading) {
        let keys = ["learn.patience", "learn.rounds"];
        reading.require(self.patience.is_none_or(|p| p <= self.rounds), &keys, || {
            "training ends before its patience could: null switches early stopping off".to_owned()
        });
        let is_known = self.loss == Loss::Squared || self.target == Target::ReturnBps;
        reading.require(is_known, &["learn.loss", "learn.target"], || {
            "huber is a loss for returns; a sign is learnt by its likelihood".to_owned()
        });
    }
}
