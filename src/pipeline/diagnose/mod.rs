//! What a stored run's predictions were worth, and whether to trade on them.

mod evidence; // what the verdict is made from
mod exhibits; // pictures, and how to read them
mod fold_trades; // each fold's weeks traded alone
mod gates; // what the gates did
mod horizons; // horizon by horizon
mod models; // drift, and what the models did
mod shap; // what each column did
mod slices; // which rows each fold learnt from
mod seen; // rows beside what came of them

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backtest::{SESSION_NAMES, Traded, decided, sessions};
use super::desk::desks;
use super::stored::{AskedRun, StoredRun, open_run};
use crate::backtest::ledger::Trade;
use crate::backtest::metrics::Keys;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::diagnose::trades::{Distributions, distributions};
use crate::report::verdict::{Evidence, Verdict, judge};
use crate::store;
use evidence::{Found, at_costs, evidence, steps, thresholds};
use exhibits::{Material, exhibits};
use fold_trades::fold_trades;
use gates::gates;
use horizons::{of_horizons, together};
use models::models;
use seen::seen;

pub use evidence::Step;
pub use exhibits::Exhibit;
pub use fold_trades::FoldTrades;
pub use gates::Gates;
pub use horizons::{OfHorizon, Together};
pub use models::{FoldDrift, Models};

/// A run that was looked at from all sides.
pub struct Diagnosed {
    pub run: StoredRun,
    pub tables: Tables,
    pub verdict: Verdict,
    /// Tables.
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
    pub evidence: Evidence,
}

pub fn diagnose(config: &Config, asked: AskedRun<'_>) -> Result<Diagnosed, Failure> {
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
    let tables = Tables {
        together,
        z_thresholds,
        fold_trades: fold_trades(&run, &traded)?,
        gates: gates(&traded),
        trades: trades(&traded),
        models: models(config, &run, clearest)?,
        evidence,
        horizons,
    };
    let files = write(&run, &tables, &verdict)?;
    let subject = run.subject();
    let shown = Material { tables: &tables, traded: &traded, costs: &costs, subject };
    let exhibits = exhibits(&shown, &Path::new("logs").join("diagnostics").join(&run.id))?;
    Ok(Diagnosed { run, tables, verdict, files, exhibits })
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

fn write(run: &StoredRun, tables: &Tables, verdict: &Verdict) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for (name, json) in [
        ("diagnostics.json", serde_json::to_vec_pretty(tables)),
        ("verdict.json", serde_json::to_vec_pretty(verdict)),
    ] {
        let mut json = json.map_err(Failure::world)?;
        json.push(b'\n');
        let path = run.folder.join(name);
        store::write_atomic(&path, &json)?;
        files.push(path);
    }
    Ok(files)
}
