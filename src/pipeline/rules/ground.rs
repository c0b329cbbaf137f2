//! What rules are tried by, and on which windows.

use std::ops::Range;

use super::super::refuse as refuse_params;
use super::super::{span, unfit};
use super::refuse;
use crate::backtest::rules::Rules;
use crate::backtest::score::Enough;
use crate::config::Config;
use crate::failure::Failure;
use crate::features::Shape;
use crate::folds::{BarWindows, FoldFault, Span, Window};
use crate::market::{Bars, Symbol, Timeframe};
use crate::optimize::{BadSetup, Conduct, Setup};
use crate::search::Space;
use crate::strategy::{Frame, warm_up};
use crate::units::Ts;

pub fn conduct(config: &Config, (bars, shape): (&Bars, Shape)) -> Result<Conduct, Failure> {
    let asked = &config.optimize;
    let frame = Frame::new(bars.timeframe(), asked.higher)
        .map_err(|fault| refuse(&[BadSetup::Choice(fault)]))?;
    let days_per_year = config.data.calendar.bars_per_year(Timeframe::D1);
    let enough = Enough { trades: u64::from(asked.min_trades), days: LEAST_DAYS, days_per_year };
    let (backtest, symbol) = (&config.backtest, bars.symbol());
    let follows = backtest.costs(symbol).slippage.needs_sigma();
    Ok(Conduct {
        frame,
        shape,
        rules: rules(config, symbol),
        sigma_bars: follows.then(|| backtest.slippage_window(symbol)),
        size: asked.size,
        score: asked.score,
        enough,
    })
}

/// Those of `backtest`. Nothing of `trading_logic`, which is what predictions are traded by.
fn rules(config: &Config, symbol: &Symbol) -> Rules {
    let of_models = config.backtest.rules(&config.trading_logic, std::slice::from_ref(symbol));
    Rules { cooldown_bars: config.optimize.cooldown_bars, min_trade_size: 0.0, ..of_models }
}

/// A warm-up of a twentieth of the bars is worth a word.
const TOLD_FROM: usize = 20;

/// A daily Sharpe ratio of fewer is noise.
const LEAST_DAYS: u64 = 20;

/// The first bar on which all that any setting looks at is known.
pub fn settled(searched: &[(Setup, Space)], conduct: &Conduct) -> Result<usize, Failure> {
    let mut conditions = Vec::new();
    for (setup, space) in searched {
        for corner in setup.corners(space) {
            let plan = setup.plan(&corner).map_err(|faults| refuse(&faults))?;
            conditions.extend(plan.entries.conditions(&conduct.frame));
            conditions.push(plan.exits.unit().to_owned());
        }
    }
    warm_up(conditions, &conduct.shape).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(|bad| bad.fault.to_string()).collect();
        Failure::user(told.join("; "))
    })
}

/// From the first bar's open to the last one's close.
pub fn reach(bars: &Bars, rows: &Range<usize>) -> Range<Ts> {
    let ts = bars.ts();
    ts[rows.start]..ts[rows.end - 1].plus_us(bars.timeframe().us())
}

/// One behind the other: bars between them would count as days on which nothing was to be had.
pub fn windows(config: &Config, bars: &Bars, warm_up: usize) -> Result<Vec<Window>, Failure> {
    let windows = cut(config, bars, warm_up)?;
    if warm_up * TOLD_FROM > bars.len() {
        let (n, all) = (warm_up.min(bars.len()), bars.len());
        tracing::info!("the first {n} of {all} bars are warm-up of rules, layers and exits");
    }
    let gap = windows.windows(2).find(|pair| pair[0].test.end < pair[1].test.start);
    let Some([before, after]) = gap.and_then(|pair| pair.as_array()) else { return Ok(windows) };
    let [from, until] = [before.test.end, after.test.start].map(|row| bars.ts()[row]);
    Err(Failure::user(format!("the bars from `{from}` to `{until}` would be in no test window"))
        .hint("a step as long as the test: `optimize.step_bars` or `walkforward.step_weeks`"))
}

fn cut(config: &Config, bars: &Bars, warm_up: usize) -> Result<Vec<Window>, Failure> {
    let (asked, walk) = (&config.optimize, &config.walkforward);
    let too_short = |fault| unfit(&fault, walk.test_weeks);
    match (asked.train_bars, asked.test_bars) {
        (Some(train), Some(test)) => {
            let step = asked.step_bars.unwrap_or(test);
            let [train_bars, test_bars, step_bars] = [train, test, step].map(|n| n as usize);
            let plan = BarWindows { train_bars, test_bars, step_bars, mode: walk.mode };
            let settled = warm_up.min(bars.len());
            plan.cut(settled..bars.len()).map_err(|fault| match fault {
                FoldFault::FewBars { .. } => Failure::user(fault).hint(format!(
                    "of {} bars the first {settled} are warm-up: more bars, an earlier `data.from`, or rules \
                     and layers that look less far back",
                    bars.len()
                )),
                fault => too_short(fault),
            })
        }
        (None, None) => {
            // Whole days: a window's bars are those that open in it, and its first decision is at the
            // close of the first.
            let length = bars.timeframe().us();
            let closes = span(config, (bars.ts(), bars.timeframe()), warm_up)?;
            let opens = Span {
                first_usable: closes.first_usable.plus_us(-length),
                complete_until: closes.complete_until.plus_us(-length),
            };
            let weeks = walk.params().check().map_err(|bad| refuse_params(&bad))?;
            weeks.windows(bars.ts(), opens).map_err(too_short)
        }
        _ => Err(Failure::user(
            "`optimize.train_bars` and `optimize.test_bars` are given together, or neither is",
        )
        .hint("`--train-bars 500 --test-bars 100`, or the weeks of `walkforward`")),
    }
}
