//! Intents of many settings over the same predictions.

use super::columns::{Columns, View};
use super::gates::Gates;
use super::masks::{Gate, Masks};
use super::params::SignalParams;
use crate::backtest::intent::{Intent, IntentFault, Intents};

/// Finds the intents of one setting after the other. What a setting has in common with those before
/// it is not computed again: columns with the same windows, masks of gates with the same settings.
/// Intents are those of [`super::explain`], to the bit, in whatever order settings come.
pub struct Sweep<'a> {
    columns: Columns<'a>,
    masks: Masks,
}

impl<'a> Sweep<'a> {
    /// Clones of columns share them: one sweep for each thread.
    pub fn new(columns: Columns<'a>) -> Self {
        let masks = Masks::new(columns.study().len());
        Self { columns, masks }
    }

    pub fn columns(&self) -> &Columns<'a> {
        &self.columns
    }

    pub fn intents(&mut self, params: &SignalParams) -> Result<Intents, IntentFault> {
        let passing = self.passing(params);
        let mut intents = Vec::with_capacity(passing.masks.count());
        for row in passing.masks.rows() {
            intents.extend(passing.order(row));
        }
        Intents::new(intents)
    }

    /// The same intents, for whoever does not need them all.
    pub fn passing(&mut self, params: &SignalParams) -> Passing<'_> {
        let gates = Gates::new(params, self.columns.study().inputs().setup);
        self.columns = self.columns.adapted(params);
        self.pass(params, &gates);
        Passing { gates, view: self.columns.view(), masks: &self.masks }
    }

    /// Every gate but size and levels. Which of them refuses is not asked, so their order is free.
    fn pass(&mut self, params: &SignalParams, gates: &Gates) {
        let (columns, masks) = (&self.columns, &mut self.masks);
        let z = columns.z();
        let z_window = u64::from(params.z_window);
        masks.begin(columns.study().warm_from(gates.warm_up.bars()));
        let key = [z_window, params.direction as u64, params.z_threshold.to_bits(), 0];
        masks.keep_where((Gate::Signal, key), z, |z| {
            gates.z_threshold.passes(z) & gates.direction.passes(z)
        });
        self.pass_market(params, gates);
        self.pass_prediction(params, gates);
    }

    /// Gates that do not look at the prediction.
    fn pass_market(&mut self, params: &SignalParams, gates: &Gates) {
        let (columns, masks) = (&self.columns, &mut self.masks);
        let volatility_window = u64::from(params.volatility_window);
        if params.sigma_floor_bps > 0.0 {
            let sigma = columns.sigma();
            let key = [volatility_window, params.sigma_floor_bps.to_bits(), 0, 0];
            masks.keep_where((Gate::VolatilityFloor, key), sigma, |sigma| {
                gates.volatility_floor.passes(sigma)
            });
        }
        if gates.session.is_on() {
            let on = columns.sessions();
            let key = [u64::from(gates.session.allowed()), 0, 0, 0];
            masks.keep((Gate::Session, key), |row| gates.session.passes(on[row]));
        }
        if gates.regime.is_on() {
            let regime = columns.regime();
            let key = [volatility_window, u64::from(gates.regime.allowed()), 0, 0];
            masks.keep((Gate::Regime, key), |row| gates.regime.passes(regime[row]));
        }
    }

    /// Gates that look at the prediction.
    fn pass_prediction(&mut self, params: &SignalParams, gates: &Gates) {
        let (columns, masks) = (&self.columns, &mut self.masks);
        let (z, z_window, view) = (columns.z(), u64::from(params.z_window), columns.view());
        if let Some(gate) = gates.quantile {
            let (standing, level) = (columns.standing(), params.quantile_level.unwrap_or_default());
            let key = [z_window, u64::from(params.quantile_window), level.to_bits(), 0];
            masks.keep((Gate::Quantile, key), |row| gate.passes(z[row], standing[row]));
        }
        if let Some(votes) = columns.votes().filter(|_| gates.persistence.is_on()) {
            let (k, n) = (params.persistence_k, params.persistence_n);
            let key = [z_window, u64::from(k), u64::from(n), 0];
            masks.keep((Gate::Persistence, key), |row| {
                gates.persistence.agrees(votes.agreeing(row, n, z[row]))
            });
        }
        if gates.expected_value.is_on {
            let key = [z_window, params.ev_margin_bps.to_bits(), 0, 0];
            let is_worth_it = |row| gates.is_worth_it(&view.at(row, true));
            if gates.expected_value.asks_size() {
                masks.keep_once(is_worth_it);
            } else {
                masks.keep((Gate::ExpectedValue, key), is_worth_it);
            }
        }
        if gates.conformal.is_on {
            let key = [z_window, 0, 0, 0];
            masks.keep((Gate::Conformal, key), |row| gates.is_certain(&view.at(row, true)));
        }
    }
}

/// The intents of one setting, each found when it is asked for.
pub struct Passing<'s> {
    gates: Gates,
    view: View<'s>,
    masks: &'s Masks,
}

impl Passing<'_> {
    /// The first at or after a row.
    pub fn next(&self, from: usize) -> Option<Intent> {
        self.masks.rows_from(from).find_map(|row| self.order(row))
    }

    /// Whether any is of a row whose bit is set.
    pub fn meets(&self, bits: &[u64]) -> bool {
        self.masks.rows_among(bits).any(|row| self.order(row).is_some())
    }

    fn order(&self, row: usize) -> Option<Intent> {
        self.gates.order(&self.view.at(row, true), row as u32).ok()
    }
}
