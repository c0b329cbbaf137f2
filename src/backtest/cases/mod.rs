//! The specification, row by row: small hand-made bars, and what has to come of them. Every case is
//! run as a history and bar by bar; both must tell the same.
//!
//! A case is five texts. *Rules*: what differs from [`reading::plain_rules`] (1000 of cash, no
//! costs). *Bars*: `open high low close [volume]`, or one price for a bar that stands still,
//! separated by `|`; symbols by `||`; a symbol's missing bar is `-`. *Intents*: `bar side key=value
//! …`, separated by `,`. *Expected*: fills as `bar rule quantity@reference[=price]`, then refusals
//! as `!bar reason`, then what is asked for (`cash`, `ambiguous`, `mfe`, …).

mod reading;
mod telling;
mod entries;
mod costs;
mod levels;
mod order;
mod volume;
mod account;

use super::engine::{Engine, EngineFault, run};
use super::intent::Intents;
use super::ledger::Ledger;
use super::quote::Market;
use super::rules::Rules;
use crate::market::Symbol;
use reading::Setup;
pub use reading::{free, plain_rules};

/// What it shows, rules, bars, intents, what is expected.
pub struct Case(
    pub &'static str,
    pub &'static str,
    pub &'static str,
    pub &'static str,
    pub &'static str,
);

#[test]
fn every_case_ends_as_its_table_says() {
    let tables =
        [entries::CASES, costs::CASES, levels::CASES, order::CASES, volume::CASES, account::CASES];
    let cases: Vec<&Case> = tables.into_iter().flatten().collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = Vec::new();
    for (number, Case(says, rules, bars, intents, expected)) in cases.into_iter().enumerate() {
        let setup = Setup::read(rules, bars, intents);
        let markets: Vec<Market> = setup.bars.iter().map(Market::of).collect();
        let intents: Vec<&Intents> = setup.intents.iter().collect();
        let ledger = run(&markets, &intents, &setup.rules).unwrap();
        let told = telling::tell(&ledger, expected);
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        if told != expected {
            wrong.push(format!("{number} {says}\n expected {expected}\n    found {told}"));
        }
        assert_eq!(
            live(&markets, &intents, &setup.rules).unwrap(),
            ledger,
            "{number} {says}: live"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same as [`run`], one time after the other.
pub fn live(
    markets: &[Market],
    intents: &[&Intents],
    rules: &Rules,
) -> Result<Ledger, EngineFault> {
    let symbols: Vec<&Symbol> = markets.iter().map(Market::symbol).collect();
    let mut times: Vec<_> = markets.iter().flat_map(Market::ts).copied().collect();
    times.sort();
    times.dedup();
    let mut rows = vec![0; markets.len()];
    let mut engine = Engine::new(rules, &symbols, markets[0].timeframe(), Ledger::default())?;
    for ts in times {
        let has_bar = |(market, row): (&Market, &usize)| market.ts().get(*row) == Some(&ts);
        let present: Vec<bool> = markets.iter().zip(&rows).map(has_bar).collect();
        let quotes: Vec<_> =
            (0..markets.len()).map(|s| present[s].then(|| markets[s].quote(rows[s]))).collect();
        engine.bar(ts, &quotes)?;
        for s in (0..markets.len()).filter(|&s| present[s]) {
            if rows[s] + 1 == markets[s].len() {
                engine.end_symbol(s);
            }
            let decided = intents[s].as_slice().iter().find(|i| i.bar as usize == rows[s]);
            if let Some(intent) = decided {
                engine.decide(s, *intent)?;
            }
            rows[s] += 1;
        }
    }
    let (mut ledger, end) = engine.finish()?;
    ledger.cash = end.cash;
    ledger.ruined = end.ruined;
    Ok(ledger)
}
