//! What a stored run's predictions were worth, and whether to trade on them.

mod evidence; // what the verdict is made from
mod horizons; // horizon by horizon
mod pictures;
mod seen; // rows beside what came of them

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backtest::{Traded, decided};
use super::desk::desks;
use super::stored::{AskedRun, StoredRun, open_run};
use crate::config::Config;
use crate::failure::Failure;
use crate::report::verdict::{Evidence, Verdict, judge};
use crate::store;
use evidence::{AtCosts, Found, at_costs, evidence, steps, thresholds};
use horizons::{of_horizons, together};
use seen::seen;

pub use evidence::Step;
pub use horizons::{OfHorizon, Together};

/// A run that was looked at from all sides.
pub struct Diagnosed {
    pub run: StoredRun,
    pub tables: Tables,
    pub verdict: Verdict,
    pub files: Vec<PathBuf>,
}

/// Everything that was found, as `diagnostics.json` tells it.
#[derive(Debug, Clone, Serialize)]
pub struct Tables {
    pub horizons: Vec<OfHorizon>,
    pub together: Together,
    pub z_thresholds: Vec<Step>,
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
    let tables = Tables { horizons, together, z_thresholds, evidence };
    let files = write(&run, (&tables, &verdict), (&traded, &costs))?;
    Ok(Diagnosed { run, tables, verdict, files })
}

fn write(
    run: &StoredRun,
    (tables, verdict): (&Tables, &Verdict),
    (traded, costs): (&Traded, &[AtCosts]),
) -> Result<Vec<PathBuf>, Failure> {
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
    let folder = Path::new("logs").join("diagnostics").join(&run.id);
    files.extend(pictures::pictures(run, tables, (traded, costs), &folder)?);
    Ok(files)
}
