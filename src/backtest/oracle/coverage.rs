//! Whether the worlds of chance hold everything that can happen.

use std::collections::BTreeMap;

use super::World;
use crate::backtest::ledger::{FillRule, Ledger, Refusal};

/// How often each rule filled and each refusal was given.
#[derive(Debug, Default)]
pub struct Coverage {
    rules: BTreeMap<FillRule, usize>,
    refusals: BTreeMap<Refusal, usize>,
    ambiguous: u64,
    capped: u64,
    /// Exits and rests of entries after a time without bars that cost or earned something.
    gaps: BTreeMap<FillRule, usize>,
}

impl Coverage {
    pub fn add(&mut self, world: &World, ledger: &Ledger) {
        for fill in &ledger.fills {
            *self.rules.entry(fill.rule).or_default() += 1;
            let trade = &ledger.trades[fill.trade as usize];
            let (bars, row) = (&world.bars[trade.symbol as usize], fill.bar as usize);
            let is_held = trade.entry_bar < fill.bar && trade.carry != 0.0;
            if is_held && bars[row].ts - bars[row - 1].ts > world.timeframe_us {
                *self.gaps.entry(fill.rule).or_default() += 1;
            }
        }
        for (_, _, refusal) in &ledger.refusals {
            *self.refusals.entry(*refusal).or_default() += 1;
        }
        self.ambiguous += ledger.ambiguous_bars;
        self.capped += ledger.capped_fills;
    }

    /// Panics if anything there is happened less often.
    pub fn assert_at_least(&self, times: usize) {
        assert!(self.gaps.values().sum::<usize>() >= times, "{self:#?}");
        assert!(self.ambiguous.min(self.capped) as usize >= times, "{self:#?}");
        for rule in RULES {
            let enters = matches!(rule, FillRule::Entry);
            assert!(enters || self.gaps.contains_key(rule), "{rule:?} after a gap: {self:#?}");
            assert!(self.rules.get(rule) >= Some(&times), "{rule:?}: {self:#?}");
        }
        for refusal in REFUSALS {
            assert!(self.refusals.get(refusal) >= Some(&times), "{refusal:?}: {self:#?}");
        }
    }
}

const RULES: &[FillRule] = &[
    FillRule::Entry,
    FillRule::EntryRest,
    FillRule::Stop,
    FillRule::StopGap,
    FillRule::TrailingStop,
    FillRule::TrailingStopGap,
    FillRule::Target,
    FillRule::TargetGap,
    FillRule::TimedExit,
    FillRule::Opposite,
    FillRule::StopRest,
    FillRule::TargetRest,
    FillRule::ExitRest,
    FillRule::Ruin,
    FillRule::EndOfData,
];

const REFUSALS: &[Refusal] = &[
    Refusal::InPosition,
    Refusal::OppositeHeld,
    Refusal::OppositeExit,
    Refusal::ExitBar,
    Refusal::Cooldown,
    Refusal::NoVolume,
    Refusal::NotEnoughCash,
    Refusal::BelowMinTradeSize,
    Refusal::LotRoundsToZero,
    Refusal::VolumeCap,
    Refusal::EndOfData,
    Refusal::Ruined,
];
