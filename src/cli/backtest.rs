//! `edgewalk backtest`: what a stored run's predictions would have earned.

use std::path::PathBuf;

use anyhow::Result;

use super::{Global, print, table};
use crate::backtest::metrics::Metrics;
use crate::backtest::metrics::tables::Row;
use crate::failure::Failure;
use crate::pipeline::{self, AskedRun, Backtested, LiveBacktest, PredictRange, Told};
pub use crate::report::page::{percent, told};
use crate::signal::{Earned, Reason};
use crate::units::Ts;

/// Trade the predictions of a stored run, at the costs and by the rules of the config
///
/// Predictions pass the gates of `trading_logic` one after the other; what is left is traded by
/// the rules of `backtest`: decided at a bar's close, filled from the next open on. Every fill and
/// every refusal has its reason. Trades, fills, equity and metrics are written to the run's folder
/// under results/; every setting that was tried is counted there as a trial.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the beginning of it (`edgewalk run list`)
    #[arg(long, default_value = "latest", conflicts_with_all = ["live", "model"])]
    run: String,
    /// Computes features, predictions and decisions bar by bar, as in production: slower, and the same
    /// to the last bit
    #[arg(long)]
    live: bool,
    /// With --live: the model's folder
    #[arg(long, requires = "live", default_value = "models/latest")]
    model: PathBuf,
    /// With --live: first bar to trade [default: as predict]
    #[arg(long, value_name = "TIME", requires = "live")]
    from: Option<Ts>,
    /// With --live: bars before this time are traded [default: as predict]
    #[arg(long, value_name = "TIME", requires = "live")]
    to: Option<Ts>,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    if args.live {
        let range = PredictRange { from: args.from, to: args.to, in_sample: false };
        let only = global.only(&config);
        return show_live(&pipeline::backtest_live(&config, (&args.model, only), range)?);
    }
    let asked = AskedRun { run: &args.run, only: global.only(&config) };
    show(&pipeline::backtest(&config, asked)?)
}

pub fn show(done: &Backtested) -> Result<()> {
    let metrics = &done.metrics;
    let mut text = format!("{}\n\n{}", headline(done), figures(metrics));
    for told in &done.told {
        text += &gates(told);
    }
    text += &breakdown("exit", &metrics.by_exit);
    text += &breakdown("side", &metrics.by_side);
    text += &refusals(done);
    text += &band(done);
    text += &capped(&done.metrics);
    text += &format!(
        "{} trials so far on these data: the more are tried, the better the best looks by luck.\n",
        done.n_trials
    );
    for path in &done.files {
        text += &format!("wrote `{}`\n", path.display());
    }
    print(&text)
}

fn show_live(done: &LiveBacktest) -> Result<()> {
    let live = &done.live;
    let mut text = format!(
        "{} {}, {} bars one by one, by `{}`\n\n{}\n",
        live.model.report.symbols.join(", "),
        live.model.config.data.timeframe,
        live.n_rows,
        live.model.folder.manifest.id,
        figures(&done.metrics)
    );
    text += match done.is_stored {
        Some(true) => {
            "The stored predictions give the same fills and the same equity, bit for bit.\n"
        }
        Some(false) => "THE STORED PREDICTIONS GIVE ANOTHER RESULT.\n",
        None => "There are no stored predictions of these very bars to compare with.\n",
    };
    text += &capped(&done.metrics);
    text += &format!("{} trials so far on these data.\n", done.n_trials);
    text += &format!("{}\n", trades_of(done));
    for path in &done.files {
        text += &format!("wrote `{}`\n", path.display());
    }
    print(&text)?;
    match done.is_stored {
        Some(false) => Err(Failure::world("live and stored predictions differ").into()),
        _ => Ok(()),
    }
}

/// The command that shows its trades.
fn trades_of(done: &LiveBacktest) -> String {
    let id = &done.live.model.folder.manifest.id;
    let days = done.name.split_once('_').map_or_else(String::new, |(_, days)| format!("={days}"));
    format!("`edgewalk trades --run {id} --live{days}` shows its trades.")
}

fn headline(done: &Backtested) -> String {
    let (from, to) = done.run.span().unwrap_or_default();
    format!(
        "{}, {} bars from {from} to {to}, predicted by `{}`",
        done.run.subject(),
        done.metrics.period.bars,
        done.run.id,
    )
}

/// Three pairs of name and figure a line.
fn figures(m: &Metrics) -> String {
    let pairs = [
        ("net return", percent(m.growth.total_return)),
        ("Sharpe", sharpe(m)),
        ("trades", m.trades.trades.to_string()),
        ("a year (CAGR)", percent(m.growth.cagr)),
        ("Sortino", told(m.sortino, 2)),
        ("win rate", win_rate(m)),
        ("volatility", percent(m.growth.volatility)),
        ("Calmar", told(m.calmar, 2)),
        ("profit factor", told(m.trades.profit_factor, 2)),
        ("worst drawdown", percent(m.drawdown.max_drawdown)),
        ("its length", unit(m.drawdown.max_length_days, 0, "days")),
        ("payoff", told(m.trades.payoff, 2)),
        ("gross of the costs paid", told(Some(m.money.gross_cash), 0)),
        ("costs", told(Some(m.money.costs_cash), 0)),
        ("a trade", unit(m.trades.expectancy_bps, 2, "bps")),
        ("net profit", told(Some(m.money.net_cash), 0)),
        ("costs of gross", cost_share(m.money.cost_share)),
        ("R of a trade", told(m.trades.expectancy_r, 3)),
        ("in the market", percent(m.exposure.time_in_market)),
        ("turnover a year", unit(m.money.turnover_per_year, 0, "×")),
        ("held", unit(m.hold.mean_bars, 1, "bars")),
        ("VaR 95 % a day", percent(m.tails.var_95)),
        ("skew", told(m.tails.skew, 2)),
        ("SQN", told(m.trades.sqn, 2)),
    ];
    let line = |three: &[(&str, String)]| {
        three.iter().flat_map(|(name, value)| [(*name).to_owned(), value.clone()]).collect()
    };
    let lines = pairs.chunks(3).map(line);
    super::table_of(&["", "", "", "", "", ""], "lrlrlr", lines).trim_start().to_owned()
}

fn sharpe(m: &Metrics) -> String {
    match (m.sharpe.sharpe, m.sharpe.se_hac.or(m.sharpe.se_iid)) {
        (Some(value), Some(error)) => format!("{value:.2} ± {error:.2}"),
        (value, _) => told(value, 2),
    }
}

fn win_rate(m: &Metrics) -> String {
    let interval = match (m.trades.win_rate_low, m.trades.win_rate_high) {
        (Some(low), Some(high)) => format!(" ({:.0}–{:.0})", 100.0 * low, 100.0 * high),
        _ => String::new(),
    };
    percent(m.trades.win_rate) + &interval
}

fn gates(told: &Told) -> String {
    let header = ["gate", "signals", "refused", "would have earned", "after costs"];
    let stages = told.waterfall.stages.iter().filter(|stage| stage.refused > 0);
    let row = |(name, before, refused, earned): (&str, usize, usize, &Earned)| {
        let [gross, net] = means(earned);
        vec![name.to_owned(), before.to_string(), refused.to_string(), gross, net]
    };
    let mut rows: Vec<Vec<String>> =
        stages.map(|s| row((s.reason.name(), s.before, s.refused, &s.earned))).collect();
    let n = told.waterfall.n_taken;
    rows.push(row(("taken", n, 0, &told.waterfall.taken)));
    format!(
        "\n{}{}bps of the bars refused, in the direction of their z; ± standard error. The model's \
         horizon, not the trade's exits.\n",
        if told.symbol.is_empty() { String::new() } else { format!("{}\n", told.symbol) },
        table(&header, rows)
    )
}

fn means(earned: &Earned) -> [String; 2] {
    [earned.gross, earned.net].map(|mean| match mean {
        Some(mean) => match mean.error {
            Some(error) => format!("{:.2} ± {error:.2}", mean.bps),
            None => format!("{:.2}", mean.bps),
        },
        None => "–".to_owned(),
    })
}

fn breakdown(name: &str, rows: &[Row]) -> String {
    let header = [name, "trades", "win rate", "net", "a trade (bps)", "bars"];
    let row = |row: &Row| {
        vec![
            row.label.clone(),
            row.trades.to_string(),
            percent(row.win_rate),
            told(Some(row.net_cash), 0),
            told(row.expectancy_bps, 2),
            told(row.mean_hold_bars, 1),
        ]
    };
    if rows.is_empty() {
        String::new()
    } else {
        format!("\n{}", table(&header, rows.iter().map(row)))
    }
}

fn refusals(done: &Backtested) -> String {
    let told = done.refusals.iter().map(|(why, n)| format!("{why} {n}"));
    let told = told.collect::<Vec<_>>().join(", ");
    let n: usize = done.told.iter().map(|told| told.n_intents).sum();
    let told = if told.is_empty() { "none refused".to_owned() } else { format!("refused: {told}") };
    let silent = done.told.iter().map(|one| warm_up(one, done).unwrap_or_else(|| silence(one)));
    format!("\nintents: {n}; {told}\n{}", silent.collect::<String>())
}

/// Where every bar is one of the first that gates wait for: what they wait for.
fn warm_up(told: &Told, done: &Backtested) -> Option<String> {
    let all = told.waterfall.stages.iter().find(|stage| stage.reason == Reason::WarmUp)?;
    if all.refused < all.before || all.before == 0 {
        return None;
    }
    let windows = done.windows.iter().map(|(key, bars)| format!("`trading_logic.{key}` {bars}"));
    Some(format!(
        "{}: nothing was traded: all of its {} bars are warm-up. Gates wait until their windows are \
         full: {}. Shorter ones leave bars to trade, such as `--set trading_logic.z_window={}`.\n",
        told.symbol,
        all.before,
        windows.collect::<Vec<_>>().join(", "),
        (all.before / 10).max(20)
    ))
}

/// Why a symbol was not traded at all.
fn silence(told: &Told) -> String {
    let Some(largest) = told.largest_bps.filter(|_| told.n_intents == 0) else {
        return String::new();
    };
    let refusing = told.waterfall.stages.iter().filter(|stage| stage.refused > 0);
    let last = refusing.clone().next_back().map_or_else(String::new, |stage| {
        let all = if stage.before == 1 { "the last signal" } else { "the last of the signals" };
        format!(" `{}` refused {all}, {} of them.", stage.reason.name(), stage.refused)
    });
    let ev = told.waterfall.stages.iter().find(|stage| stage.reason == Reason::ExpectedValue);
    let costs = ev.and_then(|ev| Some(ev.earned.gross?.bps - ev.earned.net?.bps));
    let costs = costs.map_or_else(String::new, |costs| {
        format!(", and a round trip costs {costs:.2} bps (`trading_logic.ev_gate`)")
    });
    format!(
        "{}: nothing was traded.{last} The largest expectation is {largest:.2} bps{costs}.\n",
        told.symbol
    )
}

fn band(done: &Backtested) -> String {
    let band = &done.band;
    if band.ambiguous_bars == 0 {
        return "No bar reached both stop and target: the order inside bars changes nothing.\n"
            .to_owned();
    }
    format!(
        "{} bars reached both stop and target: net profit {} if the stop was first, {} if the target was.\n",
        band.ambiguous_bars,
        told(Some(band.pessimistic), 0),
        told(Some(band.optimistic), 0)
    )
}

/// What the volume cap did.
fn capped(metrics: &Metrics) -> String {
    match metrics.capped_fills {
        0 => String::new(),
        n => format!(
            "{} times the volume cap (`backtest.max_participation`) let an order have a part of what \
             it asked for, or none yet; what waits of an exit goes out as a market order.\n",
            told(Some(n as f64), 0)
        ),
    }
}

/// Of what was earned before costs. Where next to nothing was, a ratio says nothing.
pub fn cost_share(share: Option<f64>) -> String {
    match share {
        Some(share) if share > MOST_SHARE => format!("over {}", percent(Some(MOST_SHARE))),
        share => percent(share),
    }
}

const MOST_SHARE: f64 = 10.0;

fn unit(value: Option<f64>, decimals: usize, unit: &str) -> String {
    value.map_or("–".to_owned(), |value| format!("{} {unit}", told(Some(value), decimals)))
}
