//! What a stored run's predictions were worth, and whether to trade on them.

mod evidence; // what the verdict is made from
mod exhibits; // pictures, and how to read them
mod flat; // tables, row by row
mod fold_trades; // each fold's weeks traded alone
mod gates; // what the gates did
mod grids; // tables for people
mod horizons; // horizon by horizon
mod models; // drift, and what the models did
mod report; // one page with everything
mod retraining; // what fewer trainings cost
mod shap; // what each column did
mod slices; // which rows each fold learnt from
mod seen; // rows beside what came of them
mod written; // as files

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backtest::{SESSION_NAMES, Traded, decided, sessions};
use super::desk::desks;
use super::exhibits::Exhibit;
use super::stored::{AskedRun, StoredRun, open_run};
use crate::backtest::ledger::Trade;
use crate::backtest::metrics::Keys;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::diagnose::trades::{Distributions, distributions};
use crate::report::page::Grid;
use crate::report::verdict::{Evidence, Verdict, judge};
use evidence::{Found, at_costs, evidence, steps};
use exhibits::{Material, exhibits};
use flat::Findings;
use fold_trades::fold_trades;
use gates::gates;
use grids::grids;
use horizons::{of_horizons, together};
use models::models;
use report::report;
use retraining::{Retraining, retraining};
use seen::seen;
use written::{Paper, written};

pub use evidence::{Step, thresholds};
pub use fold_trades::FoldTrades;
pub use gates::Gates;
pub use horizons::{OfHorizon, Together};
pub use models::{FoldDrift, Models};

/// A run that was looked at from all sides.
pub struct Diagnosed {
    pub run: StoredRun,
    pub tables: Tables,
    /// The same as people read it.
    pub grids: Vec<Grid>,
    pub verdict: Verdict,
    /// Tables, and the page with everything.
    pub files: Vec<PathBuf>,
    /// Pictures, the page with the six that matter first.
    pub exhibits: Vec<Exhibit>,
}

/// Everything that was found, as `diagnostics.json` tells it.
#[derive(Debug, Clone, Serialize)]
pub struct Tables {
    pub horizons: Vec<OfHorizon>,
    pub together: Together,
    pub z_thresholds: Vec<Step>,
    /// Each fold's test weeks alone, and within the one account.
    pub fold_trades: Vec<FoldTrades>,
    pub gates: Gates,
    pub trades: Distributions,
    /// Drift and SHAP values; `None` where bars or columns are others now.
    pub models: Option<Models>,
    /// Of a walk whose models serve more than one fold.
    pub retraining: Option<Retraining>,
    pub evidence: Evidence,
}

/// `csv`: every table as CSV, too.
pub fn diagnose(config: &Config, asked: AskedRun<'_>, csv: bool) -> Result<Diagnosed, Failure> {
    let run = open_run(asked)?;
    let desks = desks(config, &run)?;
    let seen = seen(config, &run, &desks)?;
    let horizons = of_horizons(config, &run, &seen)?;
    let together = together(config, &run, &seen)?;
    let traded = decided(config, &desks)?;
    let costs = at_costs(config, &traded)?;
    let z_thresholds = steps(config, &run, &desks)?;
    let found = Found {
        run: &run,
        seen: &seen,
        traded: &traded,
        horizons: &horizons,
        costs: &costs,
        steps: &z_thresholds,
    };
    let evidence = evidence(config, &found)?;
    let verdict = judge(&evidence, &thresholds(config));
    let clearest = clearest(&horizons).map(|of| of.horizon);
    // The models want the whole feature table: what is done with is let go first.
    drop((seen, desks));
    let tables = Tables {
        together,
        z_thresholds,
        fold_trades: fold_trades(&run, &traded)?,
        gates: gates(&traded),
        trades: trades(&traded),
        models: models(config, &run, clearest)?,
        retraining: retraining(&run)?,
        evidence,
        horizons,
    };
    let found = Findings { tables: &tables, verdict: &verdict, traded: &traded, costs: &costs };
    let grids = grids(found);
    let (files, exhibits) = put(&Paper { config, run: &run, found, csv })?;
    Ok(Diagnosed { run, tables, grids, verdict, files, exhibits })
}

/// Pictures and the page first: the tables' end is that of the diagnosis.
fn put(paper: &Paper<'_>) -> Result<(Vec<PathBuf>, Vec<Exhibit>), Failure> {
    let Findings { tables, traded, costs, verdict } = paper.found;
    let folder = Path::new("logs").join("diagnostics").join(&paper.run.id);
    let headline = &verdict.headline;
    let shown = Material { tables, traded, costs, headline, subject: paper.run.subject() };
    let exhibits = exhibits(&shown, &folder)?;
    let page = report(paper, &exhibits, &folder)?;
    Ok((written(paper)?.into_iter().chain([page]).collect(), exhibits))
}

/// The horizon whose rank IC stands out most.
pub fn clearest(horizons: &[OfHorizon]) -> Option<&OfHorizon> {
    let clarity = |of: &OfHorizon| of.ic.all.rank.t_hac.unwrap_or(f64::NEG_INFINITY);
    horizons.iter().max_by(|a, b| clarity(a).total_cmp(&clarity(b)))
}

fn trades(traded: &Traded) -> Distributions {
    let sessions = sessions(&traded.ledger);
    let key_of = |trade: &Trade| sessions.get(&trade.entry_ts).copied().flatten();
    let keys = Keys { labels: &SESSION_NAMES, key_of: &key_of };
    distributions(&traded.ledger.trades, Some(keys))
}
