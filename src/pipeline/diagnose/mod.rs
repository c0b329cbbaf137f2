//! What a stored run's predictions were worth, and whether to trade on them.

mod evidence; // what the verdict is made from
mod exhibits; // pictures, and how to read them
mod flat; // tables, row by row
mod grids; // tables for people
mod horizons; // horizon by horizon
mod report; // one page with everything
mod seen; // rows beside what came of them
mod written; // as files

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backtest::decided;
use super::desk::desks;
use super::stored::{StoredRun, open_run};
use crate::config::Config;
use crate::failure::Failure;
use crate::report::page::Grid;
use crate::report::verdict::{Evidence, Verdict, judge};
use evidence::{Found, at_costs, evidence, steps, thresholds};
use exhibits::{Material, exhibits};
use flat::Findings;
use grids::grids;
use horizons::{of_horizons, together};
use report::report;
use seen::seen;
use written::{Paper, written};

pub use evidence::Step;
pub use exhibits::Exhibit;
pub use horizons::{OfHorizon, Together};

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
    pub evidence: Evidence,
}

/// `run`: an id, its beginning, or `latest`. `csv`: every table as CSV, too.
pub fn diagnose(config: &Config, run: &str, csv: bool) -> Result<Diagnosed, Failure> {
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
    let subject = run.subject();
    let shown = Material { tables: &tables, traded: &traded, costs: &costs, subject };
    let folder = Path::new("logs").join("diagnostics").join(&run.id);
    let exhibits = exhibits(&shown, &folder)?;
    let found = Findings { tables: &tables, verdict: &verdict, traded: &traded, costs: &costs };
    let paper = Paper { config, run: &run, found, csv };
    let page = report(&paper, &exhibits, &folder)?;
    let files = written(&paper)?.into_iter().chain([page]).collect();
    let grids = grids(found);
    Ok(Diagnosed { run, tables, grids, verdict, files, exhibits })
}

impl Tables {
    /// The horizon whose rank IC stands out most.
    pub fn clearest(&self) -> Option<&OfHorizon> {
        let clarity = |of: &OfHorizon| of.ic.all.rank.t_hac.unwrap_or(f64::NEG_INFINITY);
        self.horizons.iter().max_by(|a, b| clarity(a).total_cmp(&clarity(b)))
    }
}
