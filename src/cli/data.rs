//! `edgewalk data`: what is stored, how good it is, and other shapes of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result};

use super::ingest::args::{Dialect, Preference};
use super::{Global, audit as shown, one_symbol, print, table};
use crate::config::Config;
use crate::failure::Failure;
use crate::ingest::audit::{self, Audit, Terms};
use crate::ingest::{
    Counts, Doubt, Prefer, ReadOptions, check_renames, make, one_series, read_current, read_file,
    store_derived, told_by_bars,
};
use crate::market::{Calendar, Columns, Symbol, Timeframe};
use crate::pipeline;
use crate::store::{self, Layout, MadeOf, StoredBars};

/// Look at stored bars: list, audit, resample, export
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the stored bars
    List,
    /// Tell what is wrong or odd in bars: stored ones, or files that are not stored yet
    ///
    /// Faults (unsorted, duplicate, off the grid, impossible prices) cannot be stored; notices
    /// (gaps, zero volume, stale runs, spikes) can, and should be looked at. Nothing is repaired.
    /// Files are read as `ingest` reads them.
    Audit {
        /// Files to audit instead of what is stored
        files: Vec<PathBuf>,
        /// The symbol [default: all that are stored; of files, the one they name]
        #[arg(long)]
        symbol: Option<Symbol>,
        /// The timeframe [default: all that are stored; of files, told from their bars]
        #[arg(long)]
        timeframe: Option<Timeframe>,
        /// When the market trades: 24/7 or NYSE [default: data.calendar]
        #[arg(long)]
        calendar: Option<Calendar>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
        /// Ends with exit code 2 if anything is found
        #[arg(long)]
        strict: bool,
        /// Of files: puts bars in the order of time first, as `ingest --sort` does
        #[arg(long, requires = "files")]
        sort: bool,
        #[command(flatten)]
        dialect: Dialect,
    },
    /// Make bars of a longer timeframe, and store them
    ///
    /// They take the place of all that were made before. Stored bars of that timeframe that were
    /// brought in are merged with them; where they disagree, --prefer says whom to believe. Bars
    /// outside of the hours of data.calendar are left out, and counted.
    Resample {
        /// The symbol [default: all that are stored in the timeframe]
        #[arg(long)]
        symbol: Option<Symbol>,
        /// The timeframe of the bars that it is made from [default: data.timeframe]
        #[arg(long)]
        timeframe: Option<Timeframe>,
        /// The longer timeframe, such as 1h
        #[arg(long)]
        to: Timeframe,
        #[command(flatten)]
        preference: Preference,
    },
    /// Write stored bars as CSV, to a file or to stdout
    ///
    /// Those between data.from and data.to, as every command reads them.
    Export {
        /// The symbol [default: the first of data.symbols]
        #[arg(long)]
        symbol: Option<Symbol>,
        /// The timeframe [default: data.timeframe]
        #[arg(long)]
        timeframe: Option<Timeframe>,
        /// The file to write [default: stdout]; a Parquet file if its name ends so
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
}

/// The bars that the flags name; `None` is any.
#[derive(Debug, Clone, Copy)]
struct Which<'a> {
    symbol: Option<&'a Symbol>,
    timeframe: Option<Timeframe>,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    let layout = Layout::new(&config.data.dir);
    match &args.action {
        Action::List => list(&layout),
        Action::Audit { files, symbol, timeframe, calendar, json, strict, sort, dialect } => {
            let which = Which { symbol: symbol.as_ref(), timeframe: *timeframe };
            let calendar = calendar.unwrap_or(config.data.calendar);
            let (audits, unread) = if files.is_empty() {
                dialect.check_unused()?;
                audit_stored(&layout, &which, calendar)?
            } else {
                let options = dialect.options(symbol.clone(), &config.data.csv);
                (audit_files(files, &options, (*timeframe, calendar, *sort))?, Vec::new())
            };
            if unread.is_empty() || !audits.is_empty() {
                report(&audits, *json)?;
            }
            name_each(unread)?;
            let refuse = if *strict { Audit::strict_verdict } else { Audit::verdict };
            Ok(audits.iter().try_for_each(refuse)?)
        }
        Action::Resample { symbol, timeframe, to, preference } => {
            let timeframe = Some(timeframe.unwrap_or(config.data.timeframe));
            let which = Which { symbol: symbol.as_ref(), timeframe };
            resample_stored(&config, &which, (*to, preference.prefer()))
        }
        Action::Export { symbol, timeframe, output } => {
            let which = Which { symbol: symbol.as_ref(), timeframe: *timeframe };
            export(&config, &which, output.as_ref())
        }
    }
}

fn list(layout: &Layout) -> Result<()> {
    let stored = layout.list()?;
    if stored.is_empty() {
        tracing::info!("nothing is stored yet; `edgewalk ingest` brings bars in");
        return Ok(());
    }
    let rows = stored.iter().map(|stored| list_row(stored, layout));
    let (rows, corrupt): (Vec<_>, Vec<_>) = rows.partition(Result::is_ok);
    let rows = rows.into_iter().flatten();
    let header = ["symbol", "timeframe", "bars", "from", "to", "market", "made of", "fingerprint"];
    print(&table(&header, rows))?;
    name_each(corrupt.into_iter().filter_map(Result::err).collect())
}

/// What is whole is told of; then each file that is not is named, one of them as the run's error.
fn name_each(unread: Vec<Error>) -> Result<()> {
    let mut unread = unread.into_iter();
    let Some(first) = unread.next() else { return Ok(()) };
    unread.for_each(|other| tracing::error!("{other:#}"));
    Err(first)
}

fn list_row(stored: &StoredBars, layout: &Layout) -> Result<Vec<String>> {
    let described = stored.describe()?;
    let made_of = described.origin.made_of.map(|made_of| base_of(stored, &made_of, layout));
    let (from, to) = described
        .range
        .map_or(("–".into(), "–".into()), |(a, b)| (a.to_string(), b.to_string()));
    Ok(vec![
        stored.symbol.to_string(),
        stored.timeframe.to_string(),
        described.n_bars.to_string(),
        from,
        to,
        described.origin.venue.to_string(),
        made_of.unwrap_or_else(|| "–".to_owned()),
        described.fingerprint.chars().take(12).collect(),
    ])
}

/// The bars that others are made of, and what to do where these changed.
fn base_of(stored: &StoredBars, made_of: &MadeOf, layout: &Layout) -> String {
    let StoredBars { symbol, timeframe, .. } = stored;
    let base = made_of.timeframe;
    // A file that cannot be read has a line of its own.
    if !layout.has_changed(symbol, made_of).unwrap_or(false) {
        return base.to_string();
    }
    tracing::warn!(
        "the `{timeframe}` bars of `{symbol}` were made of `{base}` bars that changed: the next \
         command that reads them makes them again, or `edgewalk data resample --symbol {symbol} \
         --timeframe {base} --to {timeframe}`"
    );
    format!("{base}, changed")
}

/// The audits of what can be read, and why the rest cannot.
fn audit_stored(
    layout: &Layout,
    which: &Which,
    calendar: Calendar,
) -> Result<(Vec<Audit>, Vec<Error>)> {
    let chosen = choose(layout, which)?;
    let one = |stored: &StoredBars| {
        let bars = read_current(&stored.symbol, stored.timeframe, layout)?.bars;
        let terms = Terms::new(stored.timeframe, calendar);
        Ok(audit::audit(stored.symbol.as_str(), bars.columns(), &terms))
    };
    let (audits, unread): (Vec<_>, Vec<_>) = chosen.iter().map(one).partition(Result::is_ok);
    let unread = unread.into_iter().filter_map(Result::err);
    Ok((audits.into_iter().flatten().collect(), unread.collect()))
}

/// The stored bars that the flags name; none at all is an error.
fn choose(layout: &Layout, which: &Which) -> Result<Vec<StoredBars>> {
    let mut stored = layout.list()?;
    stored.retain(|s| which.symbol.is_none_or(|symbol| s.symbol == *symbol));
    stored.retain(|s| which.timeframe.is_none_or(|timeframe| s.timeframe == timeframe));
    if stored.is_empty() {
        return Err(layout.missing(which.symbol, which.timeframe).into());
    }
    Ok(stored)
}

fn audit_files(
    files: &[PathBuf],
    options: &ReadOptions,
    (timeframe, calendar, sort): (Option<Timeframe>, Calendar, bool),
) -> Result<Vec<Audit>> {
    let files = files.iter().map(|file| read_file(file, options)).collect::<Result<Vec<_>, _>>()?;
    check_renames(files.iter(), options)?;
    let mut by_symbol: BTreeMap<Symbol, (Vec<Columns>, Vec<Doubt>)> = BTreeMap::new();
    for file in files {
        for (symbol, columns) in file.series {
            let of = by_symbol.entry(symbol).or_default();
            let is_in = |doubt: &&Doubt| columns.ts.contains(&doubt.from);
            of.1.extend(file.doubts.iter().filter(is_in).cloned());
            of.0.push(columns);
        }
    }
    let audit = |(symbol, (files, doubts)): (Symbol, (Vec<Columns>, Vec<Doubt>))| {
        let columns = if sort { sorted(&one_series(files)) } else { one_series(files) };
        let timeframe = timeframe.map_or_else(|| told_by_bars(&symbol, &columns.ts), Ok)?;
        let terms = Terms::new(timeframe, calendar);
        Ok(audit::audit(symbol.as_str(), &columns, &terms).with(&doubts))
    };
    by_symbol.into_iter().map(audit).collect()
}

fn sorted(columns: &Columns) -> Columns {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|row| columns.ts[*row]);
    columns.take(&order)
}

fn report(audits: &[Audit], json: bool) -> Result<()> {
    if json {
        return print(&serde_json::to_string_pretty(audits)?);
    }
    print(&shown::render_all(audits))
}

fn resample_stored(
    config: &Config,
    which: &Which,
    (to, prefer): (Timeframe, Option<Prefer>),
) -> Result<()> {
    let layout = Layout::new(&config.data.dir);
    let one = |stored: StoredBars| -> Result<Vec<String>> {
        let base = read_current(&stored.symbol, stored.timeframe, &layout)?;
        let made = make(&base, to, config.data.calendar)?;
        let n_made = made.stored.bars.len();
        let derived = store_derived(&made.stored, prefer, &layout)?;
        let Counts { added, replaced, .. } = derived.counts;
        let counts =
            [base.bars.len(), n_made, added, replaced, derived.n_removed, made.n_incomplete];
        let mut row = vec![stored.symbol.to_string(), to.to_string()];
        let left_out = [made.n_at_ends, made.n_after_hours];
        row.extend(counts.into_iter().chain(left_out).map(|n| n.to_string()));
        Ok(row)
    };
    let rows = choose(&layout, which)?.into_iter().map(one);
    let (rows, failed): (Vec<_>, Vec<_>) = rows.partition(Result::is_ok);
    let rows: Vec<Vec<String>> = rows.into_iter().flatten().collect();
    let failed: Vec<Error> = failed.into_iter().filter_map(Result::err).collect();
    if rows.is_empty() {
        return name_each(failed);
    }
    let header = ["symbol", "timeframe", "from bars", "made", "added", "replaced", "removed"];
    let left_out = ["incomplete", "left out at the ends", "after hours"];
    print(&table(&[&header[..], &left_out].concat(), rows))?;
    name_each(failed)
}

fn export(config: &Config, which: &Which, output: Option<&PathBuf>) -> Result<()> {
    let timeframe = which.timeframe.unwrap_or(config.data.timeframe);
    let symbol = one_symbol(config, which.symbol)?;
    let bars = store::to_table(&pipeline::bars_of(config, symbol, timeframe)?);
    if let Some(path) = output {
        check_free(config, path)?;
    }
    match output {
        Some(path) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) => {
            store::write_table(path, &bars)?;
        }
        Some(path) => store::write_csv(path, &bars)?,
        None => return Ok(store::csv_text(&bars, &mut std::io::stdout().lock())?),
    }
    if let Some(path) = output {
        tracing::info!("wrote {} bars to `{}`", bars.n_rows(), path.display());
    }
    Ok(())
}

/// Nothing that is there is written over: it may be the only copy, or the store itself.
fn check_free(config: &Config, path: &Path) -> Result<(), Failure> {
    if path.exists() {
        let message = format!("`{}` is there already", path.display());
        return Err(Failure::user(message).hint("another name, or remove it first"));
    }
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let store = config.data.dir.canonicalize().ok();
    let is_inside = folder.zip(store).is_some_and(|(folder, store)| folder.starts_with(store));
    if is_inside {
        let message = format!("`{}` lies in the store's own folder", path.display());
        return Err(Failure::user(message).hint("a folder outside of `data.dir`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn bars_that_are_not_there_are_named_beside_those_that_are() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let symbol = "NONE".parse().unwrap();
        let which = Which { symbol: Some(&symbol), timeframe: None };
        let said = choose(&layout, &which).unwrap_err().to_string();
        assert!(said.starts_with("no `NONE` bars in `"), "{said}");
        assert!(said.ends_with("nothing is stored there yet"), "{said}");
    }

    #[test]
    fn each_action_tells_its_own_defaults() {
        let help = |action: &str| {
            let mut line = Line::command();
            let action = line.find_subcommand_mut(action).unwrap();
            action.render_help().to_string()
        };
        assert!(help("audit").contains("[default: all that are stored; of files, told from"));
        assert!(help("resample").contains("[default: all that are stored in the timeframe]"));
        assert!(help("export").contains("[default: the first of data.symbols]"));
    }
}
