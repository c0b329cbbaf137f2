//! Markets, predictions and settings for tests.

use super::facts::{Facts, Tape};
use super::{
    Bar, Direction, Forecast, Inputs, Point, Prediction, Regime, Row, Setup, SignalParams,
    SizingMethod, SizingParams, Weights,
};
use crate::backtest::costs::{Costs, Slippage};
use crate::market::{Bars, Columns, Session, Timeframe};
use crate::rng::Rng;
use crate::units::Ts;

/// A bar that is as it is said to be.
#[derive(Clone, Copy)]
pub struct Stated {
    pub z: f64,
    pub expected_bps: f64,
    pub p_up: f64,
    pub horizon: f64,
    pub is_warm: bool,
    pub sigma: f64,
    pub standing: u32,
    pub agreeing: u32,
    pub regime: u8,
    pub sessions: u8,
    pub bounds: [f64; 2],
    pub atr: f64,
}

impl Stated {
    pub const PLAIN: Self = Self {
        z: 2.0,
        expected_bps: 10.0,
        p_up: 0.6,
        horizon: 4.0,
        is_warm: true,
        sigma: 0.001,
        standing: 0,
        agreeing: 1,
        regime: Regime::Range.bit(),
        sessions: 0,
        bounds: [f64::NAN; 2],
        atr: 1.0,
    };
}

impl Default for Stated {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Facts for Stated {
    fn z(&self) -> f64 {
        self.z
    }

    fn expected_bps(&self) -> f64 {
        self.expected_bps
    }

    fn p_up(&self) -> f64 {
        self.p_up
    }

    fn bounds_bps(&self) -> [f64; 2] {
        self.bounds
    }

    fn horizon(&self) -> f64 {
        self.horizon
    }

    fn is_warm(&self) -> bool {
        self.is_warm
    }

    fn sigma(&self) -> f64 {
        self.sigma
    }

    fn standing(&self) -> u32 {
        self.standing
    }

    fn agreeing(&self, _: u32) -> u32 {
        self.agreeing
    }

    fn sessions(&self) -> u8 {
        self.sessions
    }

    fn regime(&self) -> u8 {
        self.regime
    }

    fn atr(&self) -> f64 {
        self.atr
    }

    fn tape(&self) -> Tape {
        Tape { close: 100.0, range: 1.0, volume: 10.0, sigma: 0.001 }
    }
}

/// A round trip of 8 bps; two horizons, three folds.
pub fn setup() -> Setup {
    let (taker_bps, maker_bps, half_spread_bps) = (2.5, 1.0, 0.5);
    let (slippage, funding_bps_per_8h, borrow_bps_per_year) =
        (Slippage::Fixed { bps: 1.0 }, 0.0, 0.0);
    let folds = [(0, vec![1.0, 1.0]), (3, vec![3.0, 1.0]), (4, vec![0.0, 2.0])];
    Setup {
        timeframe: Timeframe::M5,
        bars_per_year: 105_192.0,
        costs: Costs {
            taker_bps,
            maker_bps,
            half_spread_bps,
            slippage,
            funding_bps_per_8h,
            borrow_bps_per_year,
        },
        slippage_window: 12,
        cash: 10_000.0,
        max_participation: 0.5,
        weights: Weights::new(&[2, 6], folds).unwrap(),
    }
}

/// Every gate off that can be, and a position of fixed size without levels.
pub fn plain_params() -> SignalParams {
    SignalParams {
        warmup_bars: 0,
        sigma_floor_bps: 0.0,
        ev_gate: false,
        quantile_level: None,
        stop_atr: None,
        target_atr: None,
        sizing: SizingParams { method: SizingMethod::Fixed, ..SizingParams::default() },
        ..SignalParams::default()
    }
}

/// One symbol's bars and predictions, by horizon.
#[derive(Clone)]
pub struct Made {
    pub bars: Bars,
    pub exp_bps: Vec<Vec<f64>>,
    pub p_up: Vec<Vec<f64>>,
    pub lower: Vec<Vec<f64>>,
    pub upper: Vec<Vec<f64>>,
    pub folds: Vec<u32>,
    pub setup: Setup,
}

/// Borrows [`Made`].
pub struct Lent<'a> {
    made: &'a Made,
    forecasts: Vec<Forecast<'a>>,
}

impl Made {
    pub fn inputs(&self) -> Lent<'_> {
        let forecast = |h: usize| Forecast {
            exp_bps: &self.exp_bps[h],
            p_up: &self.p_up[h],
            interval: Some([&self.lower[h], &self.upper[h]]),
        };
        Lent { made: self, forecasts: (0..self.exp_bps.len()).map(forecast).collect() }
    }

    pub fn prefix(&self, n: usize) -> Self {
        let cut = |columns: &[Vec<f64>]| columns.iter().map(|c| c[..n].to_vec()).collect();
        Self {
            bars: self.bars.prefix(n),
            exp_bps: cut(&self.exp_bps),
            p_up: cut(&self.p_up),
            lower: cut(&self.lower),
            upper: cut(&self.upper),
            folds: self.folds[..n].to_vec(),
            setup: self.setup.clone(),
        }
    }

    pub fn bar(&self, i: usize) -> Bar {
        let c = self.bars.columns();
        let (high, low, close, volume) = (c.high[i], c.low[i], c.close[i], c.volume[i]);
        Bar { ts: c.ts[i], high, low, close, volume }
    }

    pub fn points(&self, i: usize) -> Vec<Point> {
        let point = |h: usize| Point {
            exp_bps: self.exp_bps[h][i],
            p_up: self.p_up[h][i],
            interval: Some([self.lower[h][i], self.upper[h][i]]),
        };
        (0..self.exp_bps.len()).map(point).collect()
    }

    pub fn row<'a>(&'a self, i: usize, points: &'a [Point]) -> Row<'a> {
        let weights = self.setup.weights.of(self.folds[i]);
        let prediction = weights.map(|weights| Prediction { weights, points });
        Row { bar: self.bar(i), prediction }
    }
}

impl Lent<'_> {
    pub fn as_inputs(&self) -> Inputs<'_> {
        let Made { bars, folds, setup, .. } = self.made;
        Inputs { bars, forecasts: &self.forecasts, folds, setup }
    }
}

/// A flat market and one horizon's predictions.
pub fn one_horizon(exp_bps: &[f64]) -> Made {
    let n = exp_bps.len();
    let flat = vec![100.0; n];
    let start: Ts = "2024-01-08".parse().unwrap();
    let columns = Columns {
        ts: (0..n as i64).map(|i| start.plus_us(i * Timeframe::M5.us())).collect(),
        open: flat.clone(),
        high: flat.clone(),
        low: flat.clone(),
        close: flat,
        volume: vec![10.0; n],
        ..Columns::default()
    };
    let weights = Weights::new(&[2], [(0, vec![1.0])]).unwrap();
    Made {
        bars: Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap(),
        exp_bps: vec![exp_bps.to_vec()],
        p_up: vec![vec![0.6; n]],
        lower: vec![vec![1.0; n]],
        upper: vec![vec![-1.0; n]],
        folds: vec![0; n],
        setup: Setup { weights, ..setup() },
    }
}

/// A market with gaps, flat stretches and bars without volume; predictions in steps, with holes.
pub fn random(rng: &mut Rng, n: usize) -> Made {
    let slippage = match rng.below(4) {
        0 => Slippage::Fixed { bps: 0.5 },
        1 => Slippage::Range { fraction: 0.1 },
        2 => Slippage::Volatility { fraction: 0.2 },
        _ => Slippage::Impact { coefficient: 0.7 },
    };
    let bars = random_bars(rng, n);
    let folds = (0..n).map(|i| [7, 0, 3, 4, 9][5 * i / n]).collect::<Vec<_>>();
    let mut exp_bps: Vec<Vec<f64>> = Vec::new();
    for _ in 0..2 {
        let step = |fold: &u32| match fold {
            0 | 3 | 4 if !rng.chance(0.02) => (rng.normal() * 16.0).round() / 2.0,
            _ => f64::NAN,
        };
        exp_bps.push(folds.iter().map(step).collect());
    }
    let of_each = |f: &dyn Fn(f64) -> f64| -> Vec<Vec<f64>> {
        exp_bps.iter().map(|c| c.iter().map(|e| f(*e)).collect()).collect()
    };
    let (p_up, lower, upper) =
        (of_each(&|e| 0.5 + e / 100.0), of_each(&|e| e - 6.0), of_each(&|e| e + 6.0));
    let mut setup = setup();
    setup.costs.slippage = slippage;
    Made { bars, exp_bps, p_up, lower, upper, folds, setup }
}

fn random_bars(rng: &mut Rng, n: usize) -> Bars {
    let mut columns = Columns::default();
    let (mut price, mut ts): (f64, Ts) = (100.0, "2024-03-07".parse().unwrap());
    for i in 0..n {
        let gap = if rng.chance(0.01) { 30 } else { 1 };
        ts = ts.plus_us(gap * Timeframe::M5.us());
        let open = price;
        let is_flat = i % 50 < 4;
        price *= if is_flat { 1.0 } else { libm::exp(0.003 * rng.normal()) };
        let reach = if is_flat { 0.0 } else { 0.1 * rng.uniform() };
        columns.ts.push(ts);
        columns.open.push(open);
        columns.close.push(price);
        columns.high.push(open.max(price) + reach);
        columns.low.push(open.min(price) - reach);
        columns.volume.push(if rng.chance(0.05) { 0.0 } else { 100.0 * rng.uniform() });
    }
    Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap()
}

/// Any setting, with windows that a few hundred bars fill.
pub fn random_params(rng: &mut Rng) -> SignalParams {
    let mut pick = |from: u64, to: u64| (from + rng.below(to - from)) as u32;
    let persistence_n = pick(1, 5);
    let mut params = SignalParams {
        warmup_bars: pick(0, 60),
        volatility_window: pick(2, 12),
        z_window: pick(2, 40),
        quantile_window: pick(1, 50),
        persistence_n,
        persistence_k: pick(1, u64::from(persistence_n) + 1),
        atr_window: pick(1, 4),
        max_hold_bars: Some(pick(1, 30)),
        ..SignalParams::default()
    };
    params.direction = [Direction::Both, Direction::Long, Direction::Short][rng.index(0..3)];
    params.sigma_floor_bps = if rng.chance(0.5) { 0.0 } else { 30.0 * rng.uniform() };
    params.z_threshold = 1.5 * rng.uniform();
    (params.ev_gate, params.ev_margin_bps) = (rng.chance(0.4), 2.0 * rng.uniform());
    params.quantile_level = rng.chance(0.4).then(|| 0.5 + 0.3 * rng.uniform());
    params.conformal_gate = rng.chance(0.2);
    if rng.chance(0.3) {
        params.sessions = vec![Session::ALL[rng.index(0..5)], Session::Asia];
    }
    if rng.chance(0.3) {
        params.regimes = vec![Regime::ALL[rng.index(0..3)], Regime::Range];
    }
    params.trailing_atr = rng.chance(0.3).then_some(1.5);
    params.stop_atr = rng.chance(0.7).then_some(2.0);
    params.target_fraction = if rng.chance(0.7) { 1.0 } else { 0.5 };
    params.sizing = random_sizing(rng);
    params
}

fn random_sizing(rng: &mut Rng) -> SizingParams {
    use SizingMethod::{EdgeOverVariance, Fixed, Kelly, VolatilityTarget};
    SizingParams {
        method: [EdgeOverVariance, VolatilityTarget, Fixed, Kelly][rng.index(0..4)],
        risk_aversion: 1.0 + 200.0 * rng.uniform(),
        kelly_fraction: 0.01 + 0.2 * rng.uniform(),
        min_trade_size: 0.2 * rng.uniform(),
        ..SizingParams::default()
    }
}
