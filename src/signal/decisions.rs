//! Every bar's reason.

use rayon::prelude::*;

use super::columns::Columns;
use super::gates::Gates;
use super::params::SignalParams;
use super::reason::Reason;
use crate::backtest::intent::{Intent, IntentFault, Intents};

/// What was decided at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// NaN until the window is full, and where there is no prediction.
    pub z: f64,
    pub expected_bps: f64,
    /// The intent, or the gate that refused.
    pub order: Result<Intent, Reason>,
}

/// What was decided at every bar.
pub struct Decisions<'a> {
    /// What it was decided from.
    pub columns: Columns<'a>,
    pub params: SignalParams,
    /// The code of each bar's [`Reason`]; [`Reason::NONE`] where there is an intent.
    pub reasons: Vec<u8>,
    /// Fraction of equity; 0 where refused.
    pub sizes: Vec<f64>,
    pub intents: Intents,
}

impl Decisions<'_> {
    pub fn z(&self) -> &[f64] {
        self.columns.z()
    }

    pub fn expected_bps(&self) -> &[f64] {
        self.columns.study().expected_bps()
    }
}

/// Rows that are judged in one go.
const BLOCK: usize = 8192;

/// Judges every bar. Columns of another setting are adapted first.
pub fn explain<'a>(
    columns: &Columns<'a>,
    params: &SignalParams,
) -> Result<Decisions<'a>, IntentFault> {
    let (columns, study) = (columns.adapted(params), columns.study());
    let gates = Gates::new(params, study.inputs().setup);
    let warm_from = study.warm_from(gates.warm_up.bars());
    let view = columns.view();
    let mut reasons = vec![Reason::NONE; study.len()];
    let blocks = reasons.par_chunks_mut(BLOCK).enumerate().map(|(block, reasons)| {
        let mut intents = Vec::new();
        for (row, reason) in (block * BLOCK..).zip(reasons) {
            match gates.judge(&view.at(row, row >= warm_from), row as u32) {
                Ok(intent) => intents.push(intent),
                Err(refused) => *reason = refused.code(),
            }
        }
        intents
    });
    let intents: Vec<Vec<Intent>> = blocks.collect();
    let intents = Intents::new(intents.concat())?;
    let mut sizes = vec![0.0; study.len()];
    intents.as_slice().iter().for_each(|intent| sizes[intent.bar as usize] = intent.size);
    Ok(Decisions { columns, params: params.clone(), reasons, sizes, intents })
}
