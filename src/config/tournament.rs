//! `tournament.*`: ensembles of rule strategies against each other.

use super::optimize::LayerName;
use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;

section! {
    /// A tournament of ensembles on each window: many are tried on little, the better half on twice as
    /// much, and the champions' parameters are optimised by the engine. Windows, score, size of a
    /// trade, unit of exits, `min_trades` and `min_score` are those of `optimize`.
    pub struct Tournament, check Tournament::check;
    /// Random ensembles of two to four strategies, the same on all windows.
    candidates: u32 = 200, Rule::within(1.0, 10_000.0).unit("ensembles");
    /// How many are left in the end.
    champions: u32 = 5, Rule::within(1.0, 100.0).unit("ensembles");
    /// The strategies that ensembles are made of; empty: all that `edgewalk strategies` lists.
    strategies: Vec<String> = Vec::new(), Rule::any();
    /// Layers, each of which half of the ensembles stand behind.
    layers: Vec<LayerName> = Vec::new(), Rule::any();
    /// Points of each candidate's parameters that a round tries.
    samples: u32 = 8, Rule::within(1.0, 1000.0).unit("settings");
    /// The last share of a training window that the first round sees; each later one sees twice as
    /// much.
    first_share: f64 = 0.125, Rule::above(0.0, 1.0);
    /// Settings of each champion that are tried on the whole window.
    bayes_trials: u32 = 40, Rule::within(0.0, 10_000.0).unit("settings");
    /// How these are chosen.
    sampler: ChampionSampler = ChampionSampler::GaussianProcess, Rule::any();
    /// Whether a target may close a part of a position. (The engine alone can tell what becomes of the
    /// rest, which takes longer.)
    partial_targets: bool = false, Rule::any();
}

choice! {
    /// How champions' settings are chosen.
    pub enum ChampionSampler {
        GaussianProcess = "gaussian_process",
        Tpe = "tpe",
    }
}

impl Tournament {
    fn check(&self, reading: &mut Reading) {
        let keys = ["tournament.champions", "tournament.candidates"];
        reading.require(self.champions <= self.candidates, &keys, || {
            format!("{} champions of {} candidates", self.champions, self.candidates)
        });
    }
}
