//! `tuning.*`: the search for better `learn.*` settings.

use super::Learn;
use super::rule::Rule;
use super::search_space::SearchSpace;
use super::section::{choice, section};
use super::setting::Reading;
use super::tunable::{check_names, check_reach};

section! {
    /// The search for better learn.* settings, inside the training range alone. A trial trains on
    /// all but one of `folds` stretches of time and is scored on that one, in turn; its worth is the
    /// mean rank correlation (IC) over stretches and horizons, less a penalty for its spread.
    pub struct Tuning, check Tuning::check;
    /// Trials; 0: train with the settings as they are. `train --tune N` is the same.
    trials: u32 = 0, Rule::within(0.0, 100_000.0).unit("trials");
    /// How the next settings are chosen. tpe: quick, good with many trials; gaussian_process: the
    /// fewest trials where the objective is smooth; random and quasi_random: to compare with.
    sampler: SamplerName = SamplerName::Tpe, Rule::any();
    /// When a trial is given up after its first stretches: median: below the median of earlier
    /// ones; halving and hyperband: among those started together, all but the best. (They start 16 or
    /// 9 at least, whatever `trials` says.)
    pruner: PrunerName = PrunerName::Median, Rule::any();
    /// Stretches of time; labels that touch the tested one are left out of training.
    folds: u32 = 4, Rule::within(2.0, 64.0).unit("folds");
    /// Standard deviations over the stretches that are taken off the mean.
    spread_penalty: f64 = 0.25, Rule::within(0.0, 100.0);
    /// Keys of `learn` and what they may become: `3..8`, `0.5..1.0`, `0.01..0.3 log`,
    /// `0.5..1.0 step 0.1` or `depth | leaf`. Keys that change nothing in a trial are refused. Empty:
    /// what usually matters for the backend. For example:
    ///   space:
    ///     max_depth: 3..8
    ///     learning_rate: 0.01..0.3 log
    space: SearchSpace = SearchSpace::default(), Rule::any();
}

choice! {
    /// How the next settings are chosen.
    pub enum SamplerName {
        Tpe = "tpe",
        GaussianProcess = "gaussian_process",
        Random = "random",
        QuasiRandom = "quasi_random",
    }
}

choice! {
    /// When a trial is given up.
    pub enum PrunerName {
        None = "none",
        Median = "median",
        Halving = "halving",
        Hyperband = "hyperband",
    }
}

impl Tuning {
    /// What is searched must be there to be set.
    fn check(&self, reading: &mut Reading) {
        check_names(&self.space, reading);
    }

    /// What is searched must do something, where there is a search.
    pub fn check_with(&self, learn: &Learn, reading: &mut Reading) {
        if self.trials > 0 {
            check_reach(&self.space, learn, reading);
        }
    }
}
