//! Champions of all windows: their accounts, the verdict on the best of each, and the files.

use std::path::Path;

use super::super::diagnose::thresholds;
use super::super::rules::{
    Account, Paper, Published, Walked, days, evidence, fingerprint, publish, reach,
};
use super::asked::Plans;
use super::listed::{self, Listed};
use super::pictures::Scene;
use super::watch::Watch;
use super::{Crowned, Fold, Ranking, Tourney, arena_fault, audit, standing, tables, trials};
use crate::backtest::Market;
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::Window;
use crate::market::{Bars, Symbol};
use crate::optimize::{Arena, Cell, Champion, Plan, Played, Stretch, stitched};
use crate::report::page::told;
use crate::report::selection::Selection;
use crate::report::verdict::{Evidence, judge_rules};
use crate::store::{self, FolderLock};
use crate::units::Ts;

/// What a tournament is held on, and by which terms.
pub struct Ground<'a> {
    pub config: &'a Config,
    pub symbol: &'a Symbol,
    pub bars: &'a Bars,
    pub market: Market<'a>,
    pub plans: &'a Plans,
    pub folder: &'a Path,
    /// Of the folder.
    pub held: &'a FolderLock,
}

impl Ground<'_> {
    pub fn outcome(
        &self,
        id: String,
        played: &[Played],
        watch: &Watch,
    ) -> Result<Tourney, Failure> {
        watch.turn("champions again");
        let folds = self.folds(played)?;
        audit::rerun(self, &folds)?;
        watch.turn("champions' accounts");
        let accounts = self.walk(&folds)?;
        watch.turn("ledger of trials and files");
        let listed = Listed::new(self.plans, played)?;
        let n_trials = trials::record(self, (played, &listed), &id)?;
        watch.turn("verdict");
        let first = accounts.first().ok_or_else(|| Failure::user("there is no champion"))?;
        let (evidence, selection) = self.known(first, &folds, n_trials)?;
        let verdict = judge_rules(&evidence, &selection, &thresholds(self.config));
        watch.turn("ledger of trials and files");
        let twins: Vec<_> = played.iter().flat_map(|fold| fold.twins.iter().copied()).collect();
        let done = Tourney {
            id,
            symbol: self.symbol.clone(),
            timeframe: self.bars.timeframe(),
            n_candidates: self.plans.candidates.len(),
            n_tries: played.iter().map(|fold| fold.attempts.len()).sum(),
            n_settings: listed.plans.len(),
            ranking: Ranking::of(&twins),
            folds,
            ledger: first.ledger.clone(),
            metrics: first.metrics.clone(),
            evidence,
            selection,
            verdict,
            published: Published::default(),
            n_trials,
        };
        let published = self.write(&done, (played, &listed), &accounts)?;
        Ok(Tourney { published, ..done })
    }

    /// Of the record, and of the choosing.
    fn known(
        &self,
        first: &Walked<'_>,
        folds: &[Fold],
        n_trials: u64,
    ) -> Result<(Evidence, Selection), Failure> {
        let ends = folds.iter().map(|fold| fold.test.end).collect();
        let record = evidence(self.config, first, (ends, n_trials))?;
        let n_ensembles = Some(self.plans.candidates.len() as u64);
        let evidence = Evidence { n_ensembles, ..record };
        Ok((evidence, standing::selection(self, folds, first.rows.clone())?))
    }

    fn folds(&self, played: &[Played]) -> Result<Vec<Fold>, Failure> {
        let crowned = |champion: &Champion| {
            let (candidate, point) = (champion.candidate, &champion.point);
            let plan = listed::plan(&self.plans.candidates, (candidate, point))?;
            Ok(Crowned { candidate, plan, train: champion.train, test: champion.test })
        };
        let fold = |(number, (window, played)): (usize, (&Window, &Played))| {
            let [train, test] = [&window.train, &window.test].map(|rows| reach(self.bars, rows));
            let champions = played.champions.iter().map(crowned).collect::<Result<_, Failure>>()?;
            Ok(Fold { number, train, test, champions })
        };
        self.plans.windows.iter().zip(played).enumerate().map(fold).collect()
    }

    /// All test windows by the champion of a rank, in one account a rank. A champion whose score in
    /// sample is not good enough stays out of the market.
    fn walk(&self, folds: &[Fold]) -> Result<Vec<Walked<'_>>, Failure> {
        let windows = &self.plans.windows;
        let ends = windows.first().zip(windows.last());
        let (first, last) = ends.ok_or_else(|| Failure::user("there is no window"))?;
        let rows = first.test.start..last.test.end;
        let least = self.config.optimize.min_score;
        let enough = |cell: &Cell| cell.score.is_some_and(|s| least.is_none_or(|least| s > least));
        let account = |rank: usize| {
            let of = |fold: &Fold| -> Option<Plan> {
                let champion = fold.champions.get(rank)?;
                enough(&champion.train).then(|| champion.plan.clone())
            };
            let chosen: Vec<Option<Plan>> = folds.iter().map(of).collect();
            let arena = self.arena(&chosen.iter().flatten().collect::<Vec<_>>())?;
            let tests = windows.iter().map(|window| Stretch::whole(window.test.clone()));
            let walked: Vec<(Stretch, Option<&Plan>)> =
                tests.zip(chosen.iter().map(Option::as_ref)).collect();
            let intents = stitched(&arena, &walked, rows.start).map_err(arena_fault)?;
            let on = (self.market, &self.plans.conduct);
            Walked::of(self.config, on, (rows.clone(), intents))
        };
        (0..self.plans.terms.champions).map(account).collect()
    }

    /// With the conditions of these settings, made for them alone.
    pub fn arena(&self, plans: &[&Plan]) -> Result<Arena<'_>, Failure> {
        let bars = (self.market, self.bars.columns());
        Arena::new(bars, &self.plans.conduct, plans).map_err(arena_fault)
    }

    fn write(
        &self,
        done: &Tourney,
        (played, listed): (&[Played], &Listed<'_>),
        accounts: &[Walked<'_>],
    ) -> Result<Published, Failure> {
        let at = |name: &str| self.folder.join(name);
        let named = [
            ("hybrid_optimization_champions", tables::champions(&done.folds)?),
            ("all_in_sample_training_runs", tables::runs(played, listed)?),
            ("survival", tables::survival(played)?),
        ];
        let mut files = Vec::new();
        for (name, table) in named {
            let [csv, parquet] = ["csv", "parquet"].map(|kind| at(&format!("{name}.{kind}")));
            store::write_csv(&csv, &table)?;
            store::write_table(&parquet, &table)?;
            files.extend([csv, parquet]);
        }
        let ranks: Vec<&[f64]> = accounts.iter().map(|a| a.ledger.equity.as_slice()).collect();
        let ts: &[Ts] = &done.ledger.ts;
        let tables = [
            ("settings.parquet", tables::settings(listed)?),
            ("equity_by_rank.parquet", tables::equity(ts, &ranks)?),
        ];
        for (name, table) in tables {
            store::write_table(&at(name), &table)?;
            files.push(at(name));
        }
        let walked = accounts.first().map_or(0..0, |account| account.rows.clone());
        let account = Account { ledger: &done.ledger, metrics: &done.metrics };
        let bars = self.bars.slice(walked);
        files.extend(account.write(self.config, (self.symbol, &bars), self.folder)?);
        store::write_json(&at("ranking.json"), &done.ranking)?;
        files.push(at("ranking.json"));
        let scene = Scene::of(done, (played, &self.plans.candidates), &ranks);
        let paper = self.paper(done, scene.subject.clone());
        publish(&paper, (&scene.drafts(), done.crowned(MOST_FOLDS)), files)
    }

    fn paper<'a>(&'a self, done: &'a Tourney, subject: String) -> Paper<'a> {
        Paper {
            id: &done.id,
            subject,
            about: about(done),
            config: self.config,
            held: self.held,
            data: fingerprint(self.bars),
            metrics: &done.metrics,
            verdict: &done.verdict,
            evidence: &done.evidence,
            selection: &done.selection,
        }
    }
}

/// Folds on the page; all are in the champions' file.
const MOST_FOLDS: usize = 100;

fn about(done: &Tourney) -> String {
    let n = |n: usize| told(Some(n as f64), 0);
    let ts = &done.ledger.ts;
    let held = format!("{} candidates, {} folds", n(done.n_candidates), n(done.folds.len()));
    format!("{} {}, {}, {held}", done.symbol, done.timeframe, days(ts))
}
