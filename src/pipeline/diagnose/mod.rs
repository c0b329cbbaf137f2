//! What a stored run's predictions were worth, and whether to trade on them.

mod evidence; // what the verdict is made from
mod horizons; // horizon by horizon
mod pictures;
mod seen; // rows beside what came of them

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backtest::{Traded, decided};
use super::desk::desks;
use super::stored::{DIAGNOSIS, StoredRun, made_of_config, open_run, record};
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

/// `run`: an id, or `latest`.
pub fn diagnose(config: &Config, run: &str) -> Result<Diagnosed, Failure> {
    let run = open_run(run)?;
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
    let files = write((config, &run), (&tables, &verdict), (&traded, &costs))?;
    Ok(Diagnosed { run, tables, verdict, files })
}

fn write(
    (config, run): (&Config, &StoredRun),
    (tables, verdict): (&Tables, &Verdict),
    (traded, costs): (&Traded, &[AtCosts]),
) -> Result<Vec<PathBuf>, Failure> {
    let json = |name: &str, json: serde_json::Result<Vec<u8>>| {
        let mut json = json.map_err(Failure::world)?;
        json.push(b'\n');
        store::write_atomic(&run.folder.join(name), &json)
    };
    json("diagnostics.json", serde_json::to_vec_pretty(tables))?;
    json("verdict.json", serde_json::to_vec_pretty(verdict))?;
    store::write_atomic(&run.folder.join("diagnosis.yml"), config.to_yaml().as_bytes())?;
    let names = ["diagnostics.json", "verdict.json", "diagnosis.yml"];
    record((&run.model, &run.folder), DIAGNOSIS, made_of_config(config), &names)?;
    let mut files: Vec<PathBuf> = names.iter().map(|name| run.folder.join(name)).collect();
    let folder = Path::new("logs").join("diagnostics").join(&run.id);
    files.extend(pictures::pictures(run, tables, (traded, costs), &folder)?);
    Ok(files)
}
