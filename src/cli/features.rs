//! `edgewalk features`: the feature table, its proof, and what the language knows.

use anyhow::Result;

use super::{Global, print, symbols, table};
use crate::config::Config;
use crate::failure::Failure;
use crate::features::expr::{Body, Function, all_functions};
use crate::features::{ColumnFacts, Proof, ProofPlan, Verdict, catalog, prove};
use crate::market::Symbol;
use crate::pipeline::{self, Cells};
use crate::store;

/// Build the feature table and show it, a line per column
///
/// Features are expressions over causal operators: the built-in sets named in `features.set`, and
/// your own under `features.expressions`. A built table is kept under `<data.dir>/features` by the hash
/// of its bars and expressions, and not computed twice.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// The symbol [default: all of data.symbols]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Writes CSV beside the Parquet file
    #[arg(long)]
    csv: bool,
    /// Keeps double precision (the trainer reads single)
    #[arg(long)]
    f64: bool,
    /// Computes the table even if it is there
    #[arg(long)]
    fresh: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Prove, column by column, that nothing looks ahead
    ///
    /// Every column is computed over the whole history, over random prefixes of it and one bar at a
    /// time: all must agree bit for bit. Then from random late starts: from the declared look-back
    /// on they must agree too. Exit code 1 if a column fails.
    Check {
        /// The symbol [default: all of data.symbols]
        #[arg(long)]
        symbol: Option<Symbol>,
        /// Random prefixes to compute
        #[arg(long, default_value_t = ProofPlan::default().n_prefixes)]
        prefixes: usize,
        /// Random late starts to compute
        #[arg(long, default_value_t = ProofPlan::default().n_starts)]
        starts: usize,
    },
    /// List the operators and indicators an expression may use
    Functions {
        /// Only those whose name contains this
        name: Option<String>,
    },
    /// List the built-in sets and their expressions
    Sets {
        /// Only this set
        name: Option<String>,
    },
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    match &args.action {
        None => build(args, &global.load()?),
        Some(Action::Check { symbol, prefixes, starts }) => {
            let config = global.load()?;
            let plan = ProofPlan { n_prefixes: *prefixes, n_starts: *starts, seed: config.seed };
            check(&config, symbol.as_ref(), plan)
        }
        Some(Action::Functions { name }) => functions(name.as_deref()),
        Some(Action::Sets { name }) => sets(&global.load()?, name.as_deref()),
    }
}

fn build(args: &Args, config: &Config) -> Result<()> {
    let cells = if args.f64 { Cells::F64 } else { Cells::F32 };
    for symbol in symbols(config, args.symbol.as_ref()) {
        let built = pipeline::features(config, symbol, (cells, args.fresh))?;
        let (n_columns, n_rows) = (built.table.names.len(), built.table.ts.len());
        match built.computed {
            Some(time) => tracing::info!(
                "computed {n_columns} columns x {n_rows} bars in {:.1} ms",
                time.as_secs_f64() * 1e3
            ),
            None => tracing::info!("{n_columns} columns x {n_rows} bars were built before"),
        }
        let done = if built.computed.is_some() { "wrote" } else { "read" };
        if built.is_stored {
            tracing::info!("{done} `{}`", built.path.display());
        }
        if args.csv {
            let path = built.path.with_extension("csv");
            store::write_csv(&path, &store::read_table(&built.path, None)?)?;
            tracing::info!("wrote `{}`", path.display());
        }
        let header = ["column", "lookback", "coverage", "mean", "sd"];
        let rows = built.table.facts().into_iter().map(facts_row);
        let warm_up = built.table.warm_up();
        let title = format!(
            "{symbol} {}, {n_rows} bars, all settled after {warm_up}\n\n",
            config.data.timeframe
        );
        print(&(title + &table(&header, rows)))?;
    }
    Ok(())
}

fn facts_row(facts: ColumnFacts) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), short);
    vec![
        facts.name,
        facts.lookback.to_string(),
        format!("{:.2} %", 100.0 * facts.coverage),
        number(facts.mean),
        number(facts.sd),
    ]
}

/// Five significant digits, in powers of ten only where there would be many zeros.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.4e}");
    }
    let digits = (4 - libm::log10(size.max(1e-3)).floor() as i32).max(0);
    format!("{value:.*}", digits.unsigned_abs() as usize)
}

fn check(config: &Config, symbol: Option<&Symbol>, plan: ProofPlan) -> Result<()> {
    let mut n_failed = 0;
    for symbol in symbols(config, symbol) {
        let bars = pipeline::bars(config, symbol)?;
        let program = pipeline::compile(config, &bars)?;
        let proofs = prove(&program, &bars, plan);
        let header = ["column", "declared", "measured", "verdict"];
        print(&table(&header, proofs.iter().map(|proof| proof_row(proof, &bars))))?;
        let failed = proofs.iter().filter(|p| p.verdict != Verdict::Causal).count();
        print(&format!(
            "\n{symbol}: {} of {} columns are causal ({} prefixes, {} bars one by one, {} late starts)\n",
            proofs.len() - failed,
            proofs.len(),
            plan.n_prefixes,
            bars.len(),
            plan.n_starts,
        ))?;
        n_failed += failed;
    }
    if n_failed > 0 {
        let message = format!("{n_failed} of the columns could not be proved causal");
        return Err(Failure::verdict(message).into());
    }
    Ok(())
}

fn proof_row(proof: &Proof, bars: &crate::market::Bars) -> Vec<String> {
    let verdict = match proof.verdict {
        Verdict::Causal => "causal".to_owned(),
        Verdict::LooksAhead { row } => format!("LOOKS AHEAD at {}", bars.ts()[row]),
        Verdict::BatchIsNotLive { row } => format!("LIVE DIFFERS at {}", bars.ts()[row]),
        Verdict::TooFewBars => "too few bars to tell".to_owned(),
        Verdict::WarmsUpLonger => "WARMS UP LONGER THAN DECLARED".to_owned(),
    };
    let measured = proof.measured.map_or("–".to_owned(), |n| n.to_string());
    vec![proof.name.clone(), proof.declared.to_string(), measured, verdict]
}

fn functions(name: Option<&str>) -> Result<()> {
    let wanted = |f: &&Function| name.is_none_or(|name| f.name.contains(name));
    let mut text = String::new();
    for function in all_functions().filter(wanted) {
        text += &format!("{}\n    {}\n", function.usage(), function.help);
        if let Body::Formula(formula) = function.body {
            text += &format!("    = {formula}\n");
        }
    }
    if name.is_none() {
        text += "tf(timeframe, x)\n    x on closed bars of a longer timeframe, such as tf(\"1h\", rsi)\n";
        text += "+ - * / ^  < <= > >= == !=  and or not\n    between series and numbers\n";
    }
    if text.is_empty() {
        let message = format!("no function's name contains `{}`", name.unwrap_or_default());
        return Err(Failure::user(message).hint("`edgewalk features functions` lists all").into());
    }
    print(&text)
}

fn sets(config: &Config, name: Option<&str>) -> Result<()> {
    if let Some(unknown) = name.filter(|name| catalog::find(name).is_none()) {
        let known: Vec<&str> = catalog::SETS.iter().map(|set| set.name).collect();
        let failure = Failure::user(format!("there is no set `{unknown}`"));
        return Err(failure.hint(format!("there are {}", known.join(", "))).into());
    }
    let mut text = String::new();
    for set in catalog::SETS.iter().filter(|set| name.is_none_or(|name| name == set.name)) {
        let features = (set.features)(config.data.timeframe);
        let needs = match set.needs {
            [] => String::new(),
            needs => format!(", from bars with {}", needs.join(", ")),
        };
        text += &format!("{}: {} ({} columns{needs})\n", set.name, set.help, features.len());
        for (column, expression) in features {
            text += &format!("    {column:24} {expression}\n");
        }
    }
    print(&text)
}
