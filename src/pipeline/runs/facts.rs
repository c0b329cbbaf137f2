//! Everything that one run has left, as far as it can be read. What cannot is named, not hidden.

mod reading;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::stored::RULES;
use super::super::train::Report;
use super::changed;
use crate::config::{Config, LayerName, RegimesName};
use crate::folds::Mode;
use crate::report::verdict::checks::Topic;
use crate::store::{self, Manifest, RunManifest};
use crate::units::Ts;
use reading::Reader;

/// Whether a run is what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Whole,
    /// It was ended before its end; the same command goes on with it.
    Unfinished {
        folds: usize,
    },
    /// What is wrong, and where.
    Damaged(Vec<String>),
}

pub struct RunFacts {
    pub id: String,
    pub is_latest: bool,
    pub state: State,
    pub symbols: Vec<String>,
    pub horizons: Vec<u32>,
    pub folds: Vec<FoldFacts>,
    /// How many rows were predicted, or traded by rules; the first and the last.
    pub predicted: Option<(usize, Ts, Ts)>,
    /// Of the models, or of all; of the last backtest; of the last diagnosis.
    pub config: Option<Config>,
    pub backtest_config: Option<Config>,
    pub diagnosis_config: Option<Config>,
    pub model: Option<Manifest>,
    pub manifest: Option<RunManifest>,
    /// `metrics.json`, `diagnostics.json` and `verdict.json`.
    pub metrics: Option<Value>,
    pub diagnostics: Option<Value>,
    pub verdict: Option<Value>,
    pub files: Vec<FileFacts>,
}

/// One training, and the weeks it was tested on.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldFacts {
    pub fold: u32,
    /// Whether it has a model of its own; else it keeps that of the fold before.
    pub is_trained: bool,
    pub learnt: (String, String),
    pub tested: Option<(String, String)>,
    pub n_rows: usize,
    /// Mean over the horizons, on its calibration slice.
    pub ic_calibrate: Option<f64>,
    /// Of the horizon that is predicted best, on its test weeks.
    pub ic_test: Option<f64>,
}

/// A file, or a folder with so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub path: PathBuf,
    pub n_files: usize,
    pub bytes: u64,
}

impl RunFacts {
    pub fn read(id: &str) -> Self {
        Reader::new(id).read()
    }

    /// As tables name it.
    pub fn subject(&self) -> String {
        let timeframe = self.config.as_ref().map(|config| config.data.timeframe.to_string());
        let bars = [self.symbols.join(", "), timeframe.unwrap_or_default()].join(" ");
        let parts = [Some(bars.trim().to_owned()), self.search()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Whether rules were walked, and no models.
    pub fn is_of_rules(&self) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.stages.contains_key(RULES))
    }

    /// How rules were chosen, which tells one walk of them from another: `grid, 500/100 bars`.
    fn search(&self) -> Option<String> {
        let config = self.config.as_ref().filter(|_| self.is_of_rules())?;
        let (rules, walk) = (&config.optimize, &config.walkforward);
        let tourney = &config.tournament;
        let (way, layers) = match self.id.starts_with("tournament-") {
            true => (format!("{} of {}", tourney.champions, tourney.candidates), &tourney.layers),
            false => (rules.mode.name().to_owned(), &rules.layers),
        };
        let layers = LayerName::each(layers);
        let behind = if layers.is_empty() { "" } else { " behind " };
        let behind = format!("{way}{behind}{}", layers.join(" + "));
        let regimes = match rules.regimes {
            RegimesName::Off => String::new(),
            told => format!(" by regime ({})", told.name()),
        };
        let anchored = if walk.mode == Mode::Anchored { ", anchored" } else { "" };
        let behind = behind + &regimes + anchored;
        Some(match rules.train_bars.zip(rules.test_bars) {
            Some((train, test)) => format!("{behind}, {train}/{test} bars"),
            None => format!("{behind}, {}/{} weeks", walk.train_weeks, walk.test_weeks),
        })
    }

    /// Whether the verdict is of other settings than the last backtest: its trades are not those that
    /// were judged.
    pub fn is_judged_otherwise(&self) -> bool {
        let (Some(traded), Some(judged)) = (&self.backtest_config, &self.diagnosis_config) else {
            return false;
        };
        let trades = |key: &str| {
            ["trading_logic.", "backtest.", "data.symbols"].iter().any(|name| key.starts_with(name))
        };
        let mut differences = changed(traded, judged).into_iter();
        self.verdict.is_some() && differences.any(|one| trades(&one.key))
    }

    /// A number of the last backtest.
    pub fn figure(&self, place: &str) -> Option<f64> {
        self.metrics.as_ref()?.pointer(place)?.as_f64()
    }

    /// Folds, and trainings where these are fewer.
    pub fn n_folds(&self) -> (usize, Option<usize>) {
        if self.folds.is_empty() {
            // Windows of rules.
            let of = |tables: &Value| tables.pointer("/evidence/net_by_fold/n_folds")?.as_u64();
            return (self.diagnostics.as_ref().and_then(of).unwrap_or(0) as usize, None);
        }
        let (n, trained) = (self.folds.len(), self.folds.iter().filter(|f| f.is_trained).count());
        (n, (trained < n).then_some(trained))
    }

    /// A word of the verdict.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.verdict.as_ref()?.get(name)?.as_str()
    }

    /// Horizon, rank IC and its t (HAC), one a horizon.
    pub fn ics(&self) -> Vec<(u64, f64, f64)> {
        let ics = self
            .diagnostics
            .as_ref()
            .and_then(|tables| tables.pointer("/evidence/ics")?.as_array());
        let of = |ic: &Value| {
            Some((
                ic.get("horizon")?.as_u64()?,
                ic.get("ic")?.as_f64()?,
                ic.get("hac_t")?.as_f64()?,
            ))
        };
        ics.into_iter().flatten().filter_map(of).collect()
    }

    /// The clearest of them.
    pub fn best_ic(&self) -> Option<(u64, f64, f64)> {
        self.ics().into_iter().reduce(|best, ic| if ic.2 > best.2 { ic } else { best })
    }

    /// Title, whether it is a must, what was asked, what was found, how it ended.
    pub fn checks(&self) -> Vec<[String; 5]> {
        let checks = self.verdict.as_ref().and_then(|verdict| verdict.get("checks")?.as_array());
        let of = |check: &Value| {
            let text = |name: &str| Some(check.get(name)?.as_str()?.to_owned());
            let must = if check.get("must")?.as_bool()? { "must" } else { "note" };
            let topic: Topic = serde_json::from_value(check.get("name")?.clone()).ok()?;
            let name = topic.title().to_owned();
            Some([name, must.to_owned(), text("asked")?, text("found")?, text("outcome")?])
        };
        checks.into_iter().flatten().filter_map(of).collect()
    }

    /// Its folders.
    pub fn folder(&self, root: &str) -> PathBuf {
        Path::new(root).join(&self.id)
    }

    /// How many settings were swept, sweep by sweep: their folders.
    pub fn n_sweeps(&self) -> usize {
        let results = self.folder(store::RESULTS).join("sweep_");
        let begins = |file: &&FileFacts| {
            file.path.to_string_lossy().starts_with(results.to_string_lossy().as_ref())
        };
        self.files.iter().filter(begins).count()
    }
}

impl FoldFacts {
    fn of(report: &Report, tested: Option<(String, String)>, ic_test: Option<f64>) -> Self {
        let ics = report.horizons.iter().filter_map(|scores| scores.calibrate.ic);
        let (n, sum) = ics.fold((0, 0.0), |(n, sum), ic| (n + 1, sum + ic.value));
        Self {
            fold: report.fold,
            is_trained: report.model.is_none(),
            learnt: (report.from.clone(), report.until.clone()),
            tested,
            n_rows: report.slices.iter().map(|slice| slice.n_rows).sum(),
            ic_calibrate: (n > 0).then(|| sum / f64::from(n)),
            ic_test,
        }
    }
}
