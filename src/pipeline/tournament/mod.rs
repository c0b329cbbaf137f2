//! Ensembles against each other, window by window: `edgewalk tournament`.

mod asked; // what the config asks for
mod audit; // champions are run again
mod grid; // champions for people
mod listed; // every setting once
mod outcome; // accounts, verdict and files
mod pictures; // who survived, what they earned
mod standing; // what the choosing was worth
mod tables; // champions, rounds and tries as tables
mod trials; // every setting is a trial
mod watch; // where the time goes

use std::ops::Range;
use std::path::Path;

use super::rules::{AskedRules, Published, impossible, sigma};
use super::{backtest::market_of, bars, shape};
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::Metrics;
use crate::failure::Failure;
use crate::market::{Symbol, Timeframe};
use crate::optimize::{Arena, ArenaFault, Cell, Doing, Plan, Played, Tournament, TournamentFault};
use crate::report::selection::Selection;
use crate::report::verdict::{Evidence, Verdict};
use crate::store::{self, FolderLock, Journal};
use crate::units::{DAY_US, Ts};
use asked::Plans;
use outcome::Ground;
use watch::Watch;

pub use audit::Ranking;

/// A tournament that was held on all windows.
pub struct Tourney {
    pub id: String,
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub n_candidates: usize,
    pub folds: Vec<Fold>,
    /// Tries of settings on windows or parts of them, and how many different settings there were.
    pub n_tries: usize,
    pub n_settings: usize,
    pub ranking: Ranking,
    /// What the choosing was worth, and the record that came of it.
    pub selection: Selection,
    pub evidence: Evidence,
    pub verdict: Verdict,
    /// Of all test windows one after the other, each by its best champion.
    pub ledger: Ledger,
    pub metrics: Metrics,
    pub published: Published,
    /// Different trials on these bars so far.
    pub n_trials: u64,
}

/// One window, and its champions, best first.
pub struct Fold {
    pub number: usize,
    pub train: Range<Ts>,
    pub test: Range<Ts>,
    pub champions: Vec<Crowned>,
}

pub struct Crowned {
    pub candidate: u32,
    pub plan: Plan,
    pub train: Cell,
    pub test: Cell,
}

impl Fold {
    /// A champion's net return a day in and out of sample.
    pub fn per_day(&self, champion: &Crowned) -> [f64; 2] {
        let [inside, outside] = self.days();
        [champion.train.net_return / inside, champion.test.net_return / outside]
    }

    /// How long both windows are.
    fn days(&self) -> [f64; 2] {
        [&self.train, &self.test].map(|span| (span.end.0 - span.start.0) as f64 / DAY_US as f64)
    }
}

pub fn tournament(asked: &AskedRules<'_>) -> Result<Tourney, Failure> {
    let AskedRules { config, symbol, .. } = *asked;
    let watch = Watch::default();
    watch.turn("bars, windows and candidates");
    let bars = bars(config, symbol)?;
    let shape = shape(config, &bars);
    let plans = Plans::of(config, (&bars, shape))?;
    let sigma = sigma(&plans.conduct, &bars);
    let market = market_of(&bars, sigma.as_deref()).map_err(impossible)?;
    let id = plans.id(config, &bars);
    let folder = Path::new(store::RESULTS).join(&id);
    let held = FolderLock::take(&folder)?;
    let ground =
        Ground { config, symbol, bars: &bars, market, plans: &plans, folder: &folder, held: &held };
    let (journal, played) = play(asked, &ground, &watch)?;
    (asked.progress)("champions again, accounts and verdict", played.len(), played.len());
    let done = ground.outcome(id, &played, &watch)?;
    journal.close();
    watch.tell();
    Ok(done)
}

/// Fold by fold; those that a killed run has played are not played again.
fn play(
    asked: &AskedRules<'_>,
    ground: &Ground<'_>,
    clock: &Watch,
) -> Result<(Journal, Vec<Played>), Failure> {
    let plans = ground.plans;
    let (mut journal, mut played) = Journal::open::<Played>(&ground.folder.join("folds.journal"))?;
    let all = plans.windows.len();
    played.truncate(all);
    if !played.is_empty() {
        tracing::info!("{} of {all} folds were played before", played.len());
    }
    let mut arena = Arena::empty((ground.market, ground.bars.columns()), &plans.conduct);
    for (at, window) in plans.windows.iter().enumerate().skip(played.len()) {
        let watch = |doing: Doing, round: Option<usize>| {
            clock.doing(doing);
            let stage = round.map_or_else(|| "champions".to_owned(), |n| format!("round {n}"));
            (asked.progress)(&format!("fold {} of {all}, {stage}", at + 1), at, all);
        };
        let terms =
            Tournament { candidates: &plans.candidates, terms: &plans.terms, watch: &watch };
        let span = (window.train.clone(), window.test.clone());
        let fold = terms.play(&mut arena, span).map_err(cannot)?;
        clock.turn("ledger of trials and files");
        journal.append(&fold)?;
        played.push(fold);
        (asked.progress)("", at + 1, all);
    }
    Ok((journal, played))
}

fn cannot(fault: TournamentFault) -> Failure {
    Failure::user(fault)
}

fn arena_fault(fault: ArenaFault) -> Failure {
    Failure::user(fault)
}
