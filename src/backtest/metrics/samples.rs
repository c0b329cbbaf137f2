//! Trades and ledgers for tests.

use crate::backtest::intent::Side;
use crate::backtest::ledger::{FillRule, Ledger, Trade};
use crate::rng::Rng;
use crate::units::{HOUR_US, Ts};

/// Ten units at 100, with this net after a commission of one, an impact of one and no carry.
pub fn trade(net: f64) -> Trade {
    let gross = net + 2.0;
    Trade {
        symbol: 0,
        side: Side::Long,
        decided_bar: 0,
        entry_bar: 1,
        exit_bar: 4,
        entry_ts: Ts(HOUR_US),
        exit_ts: Ts(4 * HOUR_US),
        qty: 10.0,
        entry_reference: 100.0,
        exit_reference: 100.0 + gross / 10.0,
        entry_price: 100.05,
        exit_price: 100.0 + gross / 10.0 - 0.05,
        exit_rule: FillRule::TimedExit,
        gross,
        commission: 1.0,
        impact: 1.0,
        carry: 0.0,
        net,
        mfe: gross.max(0.0) / 10.0,
        mae: gross.min(0.0) / 10.0,
        stop: f64::INFINITY,
        ambiguous: false,
    }
}

/// Hourly bars of an account that trades at random, and loses nothing from the books: the sum of
/// nets is the change of equity. `scale` is that of all money.
pub fn ledger(seed: u64, n_bars: usize, scale: f64) -> (Ledger, f64) {
    let mut rng = Rng::stream(seed, "sample ledger", &[]);
    let start = 1_600_000_000_000_000 / HOUR_US * HOUR_US;
    let ts: Vec<Ts> = (0..n_bars as i64).map(|hour| Ts(start + hour * HOUR_US)).collect();
    let mut ledger = Ledger { ts, ..Ledger::default() };
    let (mut equity, mut bar) = (10_000.0 * scale, 0);
    let cash = equity;
    while bar < n_bars {
        let flat = 1 + rng.below(4) as usize;
        let held = 1 + rng.below(30) as usize;
        let (first, last) = (bar + flat, bar + flat + held);
        let trades = last < n_bars;
        for _ in bar..(if trades { first } else { n_bars }) {
            ledger.equity.push(equity);
            ledger.exposure.push(0.0);
        }
        if trades {
            let trade = random_trade(&mut rng, &ledger.ts, [first, last], scale);
            equity += trade.net;
            for part in 1..=held {
                let left = 1.0 - part as f64 / held as f64;
                let open = if part < held { 1_000.0 * scale } else { 0.0 };
                ledger.equity.push(equity - left * trade.net);
                ledger.exposure.push(open);
            }
            ledger.trades.push(trade);
        }
        bar = if trades { last } else { n_bars };
    }
    ledger.cash = equity;
    (ledger, cash)
}

fn random_trade(rng: &mut Rng, ts: &[Ts], [first, last]: [usize; 2], scale: f64) -> Trade {
    let rules = [FillRule::Stop, FillRule::Target, FillRule::TimedExit, FillRule::StopGap];
    let (qty, commission, impact) = (10.0 * scale, 0.8 * scale, 0.4 * scale);
    let carry = 0.1 * scale * rng.normal();
    let gross = scale * (2.0 + 20.0 * rng.normal()).round();
    let side = if rng.chance(0.5) { Side::Long } else { Side::Short };
    let exit_reference = 100.0 + side.sign() * gross / qty;
    Trade {
        side,
        decided_bar: first as u32 - 1,
        entry_bar: first as u32,
        exit_bar: last as u32,
        entry_ts: ts[first],
        exit_ts: ts[last],
        qty,
        exit_reference,
        exit_price: exit_reference - side.sign() * 0.02,
        entry_price: 100.0 + side.sign() * 0.02,
        exit_rule: rules[rng.index(0..4)],
        gross,
        commission,
        impact,
        carry,
        net: gross - commission - impact - carry,
        mfe: (gross / qty).max(0.0) + rng.uniform(),
        mae: (gross / qty).min(0.0) - rng.uniform(),
        stop: if rng.chance(0.8) { 2.0 } else { f64::INFINITY },
        ..trade(0.0)
    }
}
