//! `edgewalk diagnose`: what a stored run's predictions were worth, and whether to trade on them.

use anyhow::Result;

use super::progress::Drawn;
use super::{Global, print, table};
use crate::config::Config;
use crate::failure::Failure;
use crate::pipeline::{self, AskedRun, Diagnosed, Exhibit, FoldDrift, Models, OfHorizon};
use crate::report::diagnose::{self as found};
use crate::report::page::Grid;
use crate::report::verdict::judge::{Outcome, Verdict};
use crate::stats;

/// Judge a stored run: every table, every picture and the verdict, from what it has written
///
/// Information coefficients with errors that know of overlapping returns, their decay, hit rates,
/// returns by tenth, coverage, the trades at several costs and z-thresholds, and a verdict with its
/// reasons: pass, fail, or not enough evidence. `verdict.*` says what is asked. Settings are those of
/// the run's last backtest, unless `-c` names a file; `--set` changes them for this once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the beginning of it (`edgewalk run list`)
    #[arg(long, default_value = "latest")]
    run: String,
    #[command(flatten)]
    asked: Asked,
}

/// What is asked of a diagnosis, wherever it is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Follow the decay of the predictions over so many bars [default: verdict.decay_bars]
    #[arg(long, value_name = "BARS")]
    diag_h: Option<u32>,
    /// Exit with code 1 unless the verdict is `pass`
    #[arg(long)]
    require_pass: bool,
    /// Write every table of the diagnosis as CSV, too, beside the Parquet
    #[arg(long)]
    csv: bool,
    /// Print every table, not the first alone
    #[arg(long)]
    tables: bool,
}

impl Asked {
    pub fn flags(&self) -> Vec<crate::config::Flag> {
        let flag = |n: &u32| crate::config::Flag::new("--diag-h", "verdict.decay_bars", n);
        self.diag_h.iter().map(flag).collect()
    }
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let stored = match &global.config {
        Some(_) => None,
        None => pipeline::backtest_settings(&args.run)?,
    };
    let Some(path) = stored else {
        let config = global.load_with(&args.asked.flags())?;
        let asked = AskedRun { run: &args.run, only: global.only(&config) };
        return judge(&config, asked, (&args.asked, global.quiet));
    };
    let config = Config::load_with(Some(&path), &global.set, &args.asked.flags());
    let config = config.map_err(Failure::from)?;
    tracing::info!("judged by the settings of its last backtest, `{}`", path.display());
    // They name the symbols that were traded.
    let asked = AskedRun { run: &args.run, only: &config.data.symbols };
    judge(&config, asked, (&args.asked, global.quiet))
}

pub fn judge(config: &Config, run: AskedRun<'_>, (asked, quiet): (&Asked, bool)) -> Result<()> {
    let drawn = Drawn::waiting("judging: tables, pictures, verdict", quiet);
    let done = pipeline::diagnose(config, run, asked.csv)?;
    drop(drawn);
    show(&done, asked)
}

fn show(done: &Diagnosed, asked: &Asked) -> Result<()> {
    let mut text = format!("{}, `{}`\n\n{}\n", done.run.subject(), done.run.id, ics(done));
    text += &(claims(done) + "\n");
    if let Some(models) = &done.tables.models {
        text += &(learnt(models) + "\n");
    }
    if asked.tables {
        done.grids.iter().for_each(|grid| text += &shown(grid));
    }
    text += &verdict(&done.verdict);
    for path in &done.files {
        text += &format!("wrote `{}`\n", path.display());
    }
    text += &pictures(&done.exhibits);
    print(&text)?;
    if asked.require_pass && done.verdict.outcome != Outcome::Pass {
        return Err(
            Failure::verdict(format!("the verdict is {}", done.verdict.outcome.word())).into()
        );
    }
    Ok(())
}

pub fn shown(grid: &Grid) -> String {
    let header: Vec<&str> = grid.header.iter().map(String::as_str).collect();
    let rows = super::table_of(&header, grid.sides, grid.rows.iter().cloned());
    let note = if grid.note.is_empty() { String::new() } else { format!("{}\n", grid.note) };
    format!("{}\n{rows}{note}\n", grid.title)
}

/// Many files in one place are one line.
pub fn pictures(exhibits: &[Exhibit]) -> String {
    let Some(first) = exhibits.first() else { return String::new() };
    let folder = first.png.parent().map_or_else(String::new, |at| at.display().to_string());
    let n = exhibits.len();
    format!("wrote {n} pictures to `{folder}`, as PNG and SVG: begin with `{}.png`\n", first.name)
}

fn ics(done: &Diagnosed) -> String {
    let header = [
        "horizon",
        "rows",
        "rank IC",
        "t plain",
        "t HAC",
        "bootstrap 95 %",
        "folds above 0",
        "top less bottom tenth",
        "inside",
    ];
    let hits = &done.tables.together.hits;
    format!(
        "{}\nt plain takes overlapping returns for separate ones, t HAC does not. ± one standard error \
         (HAC).\ninside: returns within their {:.0} % intervals.\n\
         Hit rate of all horizons together {}, by chance {}.\n",
        table(&header, done.tables.horizons.iter().map(row)),
        100.0 * done.run.config.calibration.conformal_coverage,
        percent(hits.all.rate, 2),
        percent(hits.by_chance, 2),
    )
}

fn row(of: &OfHorizon) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
    let (rank, folds) = (of.ic.all.rank, of.by_fold.rank);
    let band = of.ic.rank_band.map(|band| format!("{:.3} to {:.3}", band.low, band.high));
    vec![
        of.horizon.to_string(),
        of.ic.all.n_rows.to_string(),
        with_error(&rank, 3),
        number(rank.t_plain),
        number(rank.t_hac),
        band.unwrap_or_else(|| "–".to_owned()),
        format!("{} of {}", folds.n_positive, folds.n_folds),
        with_error(&of.quantiles.spread_bps, 2) + " bps",
        percent(of.coverage.all.held.rate, 1),
    ]
}

/// Whether what was claimed came true, and whether predictions stayed what they were.
fn claims(done: &Diagnosed) -> String {
    let header =
        ["horizon", "slope", "intercept", "inside, calm", "middle", "wild", "drifted folds"];
    let drift = done.tables.models.as_ref().map(|models| &models.predictions);
    let row = |(at, of): (usize, &OfHorizon)| {
        let drifted = drift.map_or("–".to_owned(), |folds| {
            let is_drifted = |fold: &&FoldDrift| fold.columns[at].size > found::drift::Size::Steady;
            format!("{} of {}", folds.iter().filter(is_drifted).count(), folds.len())
        });
        let thirds = of.coverage.by_volatility.map(|third| percent(third.held.rate, 1));
        let claims = &of.claims;
        let line = [with_error(&claims.slope, 2), with_error(&claims.intercept_bps, 2) + " bps"];
        [&[of.horizon.to_string()], &line[..], &thirds[..], &[drifted]].concat()
    };
    let silent = done.tables.horizons.iter().filter(|of| of.n_silent_folds > 0).map(|of| {
        let (n, all, at) = (of.n_silent_folds, of.by_fold.folds.len(), of.horizon);
        format!("Horizon {at}: {n} of {all} folds expect exactly nothing, by their calibration.\n")
    });
    format!(
        "{}\nslope and intercept of realised on expected bps: 1 and 0 where they come true.\ninside: by \
         thirds of volatility. drifted: predictions unlike those on the calibration weeks, beyond \
         chance.\n{}",
        table(&header, done.tables.horizons.iter().enumerate().map(row)),
        silent.collect::<String>()
    )
}

/// Which columns do the work, how lasting that is, and whether columns are still what they were.
fn learnt(models: &Models) -> String {
    let drifted: Vec<f64> = models.features.iter().map(|fold| fold.n_drifted as f64).collect();
    let n_columns = models.features.first().map_or(0, |fold| fold.columns.len());
    let middle = stats::quantile(&drifted, 0.5).map_or("–".to_owned(), |n| format!("{n:.0}"));
    let mut text = format!(
        "Columns unlike those that were learnt from, beyond chance: {middle} of {n_columns}, the median \
         over folds.\n"
    );
    let Some(shap) = &models.shap else { return text };
    let bars = if shap.horizon == 1 { "bar" } else { "bars" };
    let first = shap.columns.iter().take(5).map(|column| column.name.as_str());
    text += &format!(
        "Most important {} {bars} ahead: {}.\n",
        shap.horizon,
        first.collect::<Vec<_>>().join(", ")
    );
    let known: Vec<f64> = shap.agreement.iter().filter_map(|pair| pair.spearman).collect();
    if let Some(mean) = stats::mean(&known) {
        text += &format!(
            "From fold to fold the order of importance stays, by a rank correlation of {mean:.2}.\n"
        );
    }
    text
}

fn percent(share: Option<f64>, decimals: usize) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.decimals$} %", 100.0 * share))
}

fn with_error(found: &found::Estimate, decimals: usize) -> String {
    match (found.value, found.se_hac) {
        (Some(value), Some(error)) => format!("{value:.decimals$} ± {error:.decimals$}"),
        (Some(value), None) => format!("{value:.decimals$}"),
        _ => "–".to_owned(),
    }
}

pub fn verdict(verdict: &Verdict) -> String {
    let mut text = format!("VERDICT: {}\n\n", verdict.headline);
    let rows = verdict.checks.iter().map(|check| {
        let must = if check.must { "must" } else { "note" };
        let mark = check.outcome.word();
        vec![
            check.name.title().to_owned(),
            must.to_owned(),
            check.asked.clone(),
            check.found.clone(),
            mark.to_owned(),
        ]
    });
    text += &super::table_of(&["check", "", "asked", "found", "outcome"], "lllll", rows);
    text.push('\n');
    for check in &verdict.checks {
        text += &format!("{}: {}\n", check.name.title(), check.words);
    }
    for (name, words) in verdict.paragraphs() {
        text += &format!("\n{}\n{words}\n", name.to_uppercase());
    }
    text + "\n"
}
