//! All that was found out about a walk-forward.

use serde::Serialize;

use super::costs::Costs;
use super::dsr::Deflated;
use super::pbo::Overfitting;
use super::permutation::Permutation;
use super::psr::TrackRecord;
use super::stability::Stability;
use crate::backtest::metrics::sharpe::Sharpe;
use crate::stats::normal_quantile;

/// `None` and empty lists: not known. Without what a must needs, the verdict is that there is not
/// enough evidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evidence {
    /// With returns that the models had not learnt from.
    pub n_days: u64,
    pub n_trades: u64,
    /// That the folds' models came of; `None`: one a fold.
    pub n_trainings: Option<u64>,
    /// That competed, if it was ensembles; `None`: the choice was among settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_ensembles: Option<u64>,
    /// Z-thresholds that are shown beside each other, each a trial.
    pub n_thresholds: u64,
    /// One a horizon.
    pub ics: Vec<Ic>,
    /// After costs.
    pub sharpe: Option<SharpeBand>,
    /// Against the net Sharpe ratio that is asked for, of a day.
    pub track: Option<TrackRecord>,
    pub deflated: Option<Deflated>,
    pub overfitting: Option<Overfitting>,
    pub permutation: Option<Permutation>,
    /// Net results of the folds.
    pub net_by_fold: Option<Stability>,
    pub ic_by_fold: Option<Stability>,
    pub costs: Option<Costs>,
    pub edge: Option<Edge>,
    pub cost_gate: Option<CostGate>,
}

/// How well predictions order outcomes, at one horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ic {
    /// In bars.
    pub horizon: u32,
    pub ic: f64,
    /// Against 0, with an error that allows for overlapping outcomes.
    pub hac_t: f64,
    pub low: f64,
    pub high: f64,
}

/// A yearly Sharpe ratio and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SharpeBand {
    pub sharpe: f64,
    pub low: f64,
    pub high: f64,
    /// Of the interval, two-sided.
    pub confidence: f64,
}

/// What a prediction is worth against what trading on it costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Edge {
    /// Mean outcome in the direction predicted, before costs.
    pub gross_bps: f64,
    /// Of getting in and out once.
    pub round_trip_bps: f64,
}

/// Signals that met the gate that asks whether they pay for their costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CostGate {
    pub n_signals: u64,
    pub n_refused: u64,
}

impl SharpeBand {
    /// The ratio and as many standard errors as the confidence asks, the error being the one that
    /// holds for dependent returns: `se_hac` of [`Sharpe`] (Lo 2002).
    pub fn of(sharpe: &Sharpe, confidence: f64) -> Option<Self> {
        let reach = normal_quantile(0.5 + confidence / 2.0)? * sharpe.se_hac?;
        let sharpe = sharpe.sharpe?;
        Some(Self { sharpe, low: sharpe - reach, high: sharpe + reach, confidence })
    }
}

impl Evidence {
    /// The horizon with the clearest IC.
    pub fn best_ic(&self) -> Option<&Ic> {
        self.ics.iter().reduce(|best, ic| if ic.hac_t > best.hac_t { ic } else { best })
    }

    /// At the configured costs.
    pub fn net_cash(&self) -> Option<f64> {
        self.costs.as_ref()?.at(1.0).map(|run| run.net_cash)
    }

    pub fn gross_cash(&self) -> Option<f64> {
        self.costs.as_ref()?.gross_cash()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_two_errors_wide_on_either_side() {
        let returns = [0.02, 0.0, 0.02, 0.0];
        let sharpe = Sharpe::new(&returns, Some(256.0));
        let band = SharpeBand::of(&sharpe, 0.95).unwrap();
        // See the Sharpe ratio's own test: √192 and an error of 4.
        assert!((band.high - band.sharpe - 1.959_963_984_540_054 * 4.0).abs() < 1e-9, "{band:?}");
        assert!((band.low + band.high - 2.0 * band.sharpe).abs() < 1e-12);
        assert_eq!(SharpeBand::of(&sharpe, 1.0), None);
        assert_eq!(SharpeBand::of(&Sharpe::new(&[], None), 0.95), None);
    }

    #[test]
    fn the_best_ic_is_the_clearest_not_the_largest() {
        let ic = |horizon, ic, hac_t| Ic { horizon, ic, hac_t, low: 0.0, high: 0.0 };
        let ics = vec![ic(1, 0.02, 4.0), ic(12, 0.05, 2.0)];
        let evidence = Evidence { ics, ..Evidence::default() };
        assert_eq!(evidence.best_ic().map(|ic| ic.horizon), Some(1));
        assert_eq!(Evidence::default().best_ic(), None);
    }
}
