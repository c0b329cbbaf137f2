use std::ops::Range;

use super::settings::{Settings, name};
use super::*;
use crate::backtest::Market;
use crate::backtest::rules::Rules;
use crate::backtest::score::{Enough, Score};
use crate::backtest::tally::{Tally, tally};
use crate::backtest::{intent::Intents, run};
use crate::config::Config;
use crate::features::Shape;
use crate::market::{Bars, Calendar, Columns, Timeframe};
use crate::regimes::{Method, Rules as RegimeRules};
use crate::rng::Rng;
use crate::search::{
    GridParams, History, Point, Sampler, SamplerParams, Space, SpaceParams, TpeParams, Value,
};
use crate::strategy::{Frame, Unit};
use crate::units::Ts;

/// Five-minute bars of a walk whose steps remember `memory` of those before.
fn bars(n: usize, memory: f64, seed: u64) -> Bars {
    let mut rng = Rng::stream(seed, "optimize", &[]);
    let (mut price, mut step) = (100.0, 0.0);
    let mut columns = Columns::default();
    for row in 0..n {
        step = memory * step + 0.001 * rng.normal();
        let open: f64 = price;
        price *= libm::exp(step);
        let wick = 1.0 + 0.0005 * rng.uniform();
        columns.ts.push(Ts(row as i64 * Timeframe::M5.us()));
        columns.open.push(open);
        columns.high.push(open.max(price) * wick);
        columns.low.push(open.min(price) / wick);
        columns.close.push(price);
        columns.volume.push(1e9);
    }
    Bars::new("T".parse().unwrap(), Timeframe::M5, columns).unwrap()
}

fn conduct() -> Conduct {
    let config = Config::default();
    let mut rules: Rules = config.backtest.rules(&config.trading_logic, &["T".parse().unwrap()]);
    rules.costs[0] = rules.costs[0].times(0.0);
    let shape = Shape { timeframe: Timeframe::M5, calendar: Calendar::default(), extra: vec![] };
    Conduct {
        sigma_bars: None,
        frame: Frame::new(Timeframe::M5, None).unwrap(),
        shape,
        rules,
        size: 0.5,
        score: Score::TradeSharpe,
        enough: Enough { trades: 5, days: 5, days_per_year: 365.0 },
    }
}

fn setup() -> Setup {
    Setup::spelt("ema_cross", &[], Unit::Atr).unwrap()
}

fn space(json: &str) -> Space {
    serde_json::from_str::<SpaceParams>(json).unwrap().check().unwrap()
}

const SPACE: &str = r#"{"fast": {"int": [5, 15], "step": 5}, "ratio": {"float": [2, 3], "step": 0.5},
    "exits.stop": {"float": [1, 3], "step": 1}, "exits.target": {"float": [2, 4], "step": 2}}"#;

fn windows(n: usize) -> Vec<Stretch> {
    (0..n).map(|k| Stretch::whole(500 + k * 300..1500 + k * 300)).collect()
}

fn grid(space: &Space) -> Vec<Point> {
    let sampler: Sampler = SamplerParams::Grid(GridParams::default()).check().unwrap();
    sampler.ask(&History::new(space), 0, space.n_points().unwrap() as usize)
}

struct Case {
    bars: Bars,
    conduct: Conduct,
    setup: Setup,
    space: Space,
    windows: Vec<Stretch>,
}

impl Case {
    fn new(n_windows: usize, memory: f64) -> Self {
        let bars = bars(1500 + n_windows * 300, memory, 7);
        let (setup, space) = (setup(), space(SPACE));
        Self { bars, conduct: conduct(), setup, space, windows: windows(n_windows) }
    }

    fn explore(&self, how: &How) -> Explored {
        let field = Field {
            market: Market::of(&self.bars),
            columns: self.bars.columns(),
            conduct: &self.conduct,
            setup: &self.setup,
            space: &self.space,
            seed: 3,
            windows: &self.windows,
            progress: &|_, _| (),
        };
        explore(&field, how).unwrap()
    }

    /// The exact engine on these rows alone.
    fn exact(&self, plan: &Plan, rows: Range<usize>) -> Tally {
        let market = Market::of(&self.bars);
        let arena = Arena::new((market, self.bars.columns()), &self.conduct, &[plan]).unwrap();
        let walked = [(Stretch::whole(rows.clone()), Some(plan))];
        let intents: Intents = stitched(&arena, &walked, rows.start).unwrap();
        let account = Tally::new(self.conduct.rules.cash);
        tally(&[market.rows(rows)], &[&intents], &self.conduct.rules, account).unwrap()
    }
}

#[test]
fn every_setting_on_every_window_is_what_the_engine_says() {
    let case = Case::new(3, 0.2);
    let found = case.explore(&How::All(grid(&case.space)));
    assert_eq!(found.tries.len(), 54 * 3);
    assert!(found.tries.iter().any(|tried| tried.cell.trades > 10));
    for tried in found.tries.iter().step_by(7) {
        let plan = &found.settings.plans[tried.setting as usize];
        let exact = case.exact(plan, case.windows[tried.window as usize].rows.clone());
        assert_eq!(u64::from(tried.cell.trades), exact.n_trades);
        assert_eq!(tried.cell.net_return, exact.net / case.conduct.rules.cash);
        assert_eq!(tried.cell.score, case.conduct.score.of(&exact, &case.conduct.enough));
    }
}

#[test]
fn no_bar_behind_a_window_has_a_say_in_its_choice() {
    let case = Case::new(3, 0.2);
    let cut = case.windows[1].rows.end;
    let mut columns = case.bars.columns().clone();
    for row in cut..columns.len() {
        for column in [&mut columns.open, &mut columns.high, &mut columns.low, &mut columns.close] {
            column[row] = 55.0;
        }
    }
    let bars = Bars::new("T".parse().unwrap(), Timeframe::M5, columns).unwrap();
    let other = Case { bars, ..Case::new(3, 0.2) };
    let tpe = SamplerParams::Tpe(TpeParams::default()).check().unwrap();
    for how in [
        How::All(grid(&case.space)),
        How::Adaptive { sampler: tpe, trials: 20, batch: 5 },
        How::TwoStage { coarse: grid(&case.space)[..9].to_vec(), regions: 2, rounds: 2 },
    ] {
        let before = |case: &Case| {
            let found = case.explore(&how);
            let tries = found.tries.iter().filter(|tried| tried.window < 2);
            tries
                .map(|t| (t.window, name(&found.settings.points[t.setting as usize]), t.cell))
                .collect::<Vec<_>>()
        };
        let (mine, others) = (before(&case), before(&other));
        assert!(!mine.is_empty() && mine == others);
    }
}

#[test]
fn a_search_near_the_best_is_not_worse_than_where_it_began() {
    let case = Case::new(2, 0.3);
    let all = grid(&case.space);
    let best = |found: &Explored| -> Vec<f64> {
        let of = |window: u32| {
            let mine = found.tries.iter().filter(|t| t.window == window && t.share >= 1.0);
            mine.filter_map(|t| t.cell.score).fold(f64::NEG_INFINITY, f64::max)
        };
        (0..2).map(of).collect()
    };
    let whole = best(&case.explore(&How::All(all.clone())));
    let coarse: Vec<Point> = all.iter().step_by(11).cloned().collect();
    let start = best(&case.explore(&How::All(coarse.clone())));
    let near = case.explore(&How::TwoStage { coarse, regions: 3, rounds: 3 });
    assert!(near.tries.len() < 54 * 2);
    let bracket = Bracket { points: all, share: 1.0 / 9.0, keep_one_in: 3 };
    let halved = case.explore(&How::Brackets(vec![bracket]));
    // 54 on a ninth, 18 on a third, 6 on all of it; each window keeps its own.
    assert_eq!(halved.tries.len(), 2 * (54 + 18 + 6));
    for window in 0..2 {
        assert!(start[window] <= best(&near)[window] && best(&near)[window] <= whole[window]);
        assert!(best(&halved)[window] <= whole[window]);
    }
}

#[test]
fn a_plateau_is_chosen_before_a_needle() {
    let place = |x: u64, y: u64| vec![x, y];
    let places: Vec<Vec<u64>> = (0..9).map(|k| place(k / 3, k % 3)).collect();
    let score = [9.0, -5.0, 0.0, -5.0, 0.0, 5.0, 0.0, 5.0, 6.0];
    let cell = |score: f64| Some(Cell { score: Some(score), trades: 9, net_return: 0.0 });
    let cells: Vec<Option<Cell>> = score.into_iter().map(cell).collect();
    let neighbours = Neighbours::new(&places, &[true; 2]);
    let of = |pick: Pick, least: Option<f64>| pick.choose(&cells, (&neighbours, least));
    assert_eq!((of(Pick::Best, None), of(Pick::Plateau, None)), (Some(0), Some(8)));
    assert_eq!(of(Pick::Best, Some(9.0)), None);
    assert_eq!(Pick::Best.choose(&[None, None], (&neighbours, None)), None);
}

#[test]
fn words_are_no_steps_apart_and_points_between_steps_are_near_nobody() {
    let steps = space;
    let space = steps(
        r#"{"side": {"choice": ["long", "short"]}, "n": {"int": [1, 3]}, "x": {"float": [0, 1]}}"#,
    );
    let stepped: Space = steps(r#"{"side": {"choice": ["long", "short"]}, "n": {"int": [1, 3]}}"#);
    let point = |side: &str, n: i64, x: Option<f64>| {
        let known = [("side", Value::Text(side.to_owned())), ("n", Value::Int(n))];
        let more = x.map(|x| ("x", Value::Float(x)));
        let named = known.into_iter().chain(more);
        named.map(|(name, value)| (name.to_owned(), value)).collect::<Point>()
    };
    let near = |space: &Space, points: [Point; 3]| {
        let mut settings = Settings::default();
        settings.points.extend(points);
        let cell = |score| Some(Cell { score: Some(score), trades: 9, net_return: 0.0 });
        settings.neighbours(space).around(&[cell(1.0), cell(3.0), cell(9.0)], 0)
    };
    let points = [point("long", 1, None), point("long", 2, None), point("short", 1, None)];
    assert_eq!(near(&stepped, points), Some(2.0));
    let between = [0.1, 0.1, 0.9].map(Some);
    let points = [1, 2, 2].into_iter().zip(between).map(|(n, x)| point("long", n, x));
    let points: Vec<Point> = points.collect();
    assert_eq!(near(&space, points.try_into().unwrap()), Some(1.0));
}

/// A broad hill under noise as high as itself: the choice by neighbours is worth more in truth.
#[test]
fn under_noise_the_plateau_is_the_better_choice() {
    let places: Vec<Vec<u64>> = (0..144).map(|at| vec![at / 12, at % 12]).collect();
    let neighbours = Neighbours::new(&places, &[true; 2]);
    let truth = |at: usize| {
        let off = |place: u64| (place as f64 - 4.0) * (place as f64 - 4.0);
        libm::exp(-(off(places[at][0]) + off(places[at][1])) / 18.0)
    };
    let (mut single, mut smooth) = (0.0, 0.0);
    for seed in 0..400 {
        let mut rng = Rng::stream(seed, "plateau", &[]);
        let mut cell =
            |at| Cell { score: Some(truth(at) + rng.normal()), trades: 9, net_return: 0.0 };
        let cells: Vec<Option<Cell>> = (0..144).map(|at| Some(cell(at))).collect();
        let of = |pick: Pick| truth(pick.choose(&cells, (&neighbours, None)).unwrap()) / 400.0;
        (single, smooth) = (single + of(Pick::Best), smooth + of(Pick::Plateau));
    }
    assert!(smooth > single + 0.15, "{smooth} {single}");
}

#[test]
fn around_a_choice_is_what_was_tried_one_step_away_on_all_of_the_window() {
    let space =
        space(r#"{"fast": {"int": [5, 15], "step": 5}, "ratio": {"float": [2, 3], "step": 0.5}}"#);
    let mut found = Explored::default();
    for (at, point) in grid(&space).into_iter().enumerate() {
        assert_eq!(found.settings.add(&setup(), point).unwrap(), at);
    }
    // 0 1 2
    // 3 4 5
    // 6 7 8, and 7 has no score.
    let tried = |window: u32, setting: u32, share: f64| {
        let score = (setting != 7).then_some(10.0 * f64::from(setting));
        Try { window, setting, share, cell: Cell { score, trades: 9, net_return: 0.0 } }
    };
    found.tries = (0..9).map(|setting| tried(0, setting, 1.0)).collect();
    // Of the second window 3 saw a part alone, and 5 is no neighbour.
    found.tries.extend([tried(1, 0, 1.0), tried(1, 1, 1.0), tried(1, 3, 0.5), tried(1, 5, 1.0)]);
    let around = found.around(&space, &[Some(4), Some(0), None]);
    let score = |setting: u32| tried(0, setting, 1.0).cell.score;
    let all = [0, 1, 2, 3, 5, 6, 7, 8].map(score).to_vec();
    assert_eq!(around, [all, vec![Some(10.0)], vec![]]);
}

#[test]
fn regimes_share_out_a_window_and_never_look_ahead() {
    let bars = bars(3000, 0.3, 1);
    let method = Method::Rules(RegimeRules { window: 24, ..RegimeRules::default() });
    let kinds_of =
        |bars: &Bars| kinds(bars.columns(), (100..2000, 2000..2500), Some(&method)).unwrap();
    let found = kinds_of(&bars);
    assert_eq!(found.len(), 3);
    for row in 200..2500 {
        assert_eq!(found.iter().filter(|kind| kind.test.counts(row)).count(), 1, "{row}");
    }
    let mut columns = bars.columns().clone();
    (2200..3000).for_each(|row| columns.close[row] = columns.low[row]);
    let other = kinds_of(&Bars::new("T".parse().unwrap(), Timeframe::M5, columns).unwrap());
    for (mine, other) in found.iter().zip(&other) {
        assert!((100..2200).all(|row| mine.train.counts(row) == other.train.counts(row)));
    }
}

#[test]
fn a_walk_trades_each_window_by_its_own_setting_in_one_account() {
    let case = Case::new(2, 0.2);
    let points = grid(&case.space);
    let plans = [&points[0], &points[53]].map(|point| case.setup.plan(point).unwrap());
    let market = Market::of(&case.bars);
    let used: Vec<&Plan> = plans.iter().collect();
    let arena = Arena::new((market, case.bars.columns()), &case.conduct, &used).unwrap();
    let walked = [
        (Stretch::whole(1000..1300), Some(&plans[0])),
        (Stretch::whole(1300..1600), None),
        (Stretch::whole(1600..1900), Some(&plans[1])),
    ];
    let intents = stitched(&arena, &walked, 1000).unwrap();
    let rows: Vec<u32> = intents.as_slice().iter().map(|intent| intent.bar).collect();
    assert!(rows.iter().any(|row| *row < 300) && rows.iter().any(|row| *row >= 600));
    assert!(rows.iter().all(|row| !(300..600).contains(row)));
    let (first, last) = (&intents.as_slice()[0], intents.as_slice().last().unwrap());
    assert!(first.stop < last.stop);
    let ledger = run(&[market.rows(1000..1900)], &[&intents], &case.conduct.rules).unwrap();
    assert!(ledger.trades.len() > 2 && ledger.ts.len() == 900);
}

#[test]
fn names_that_are_not_are_told_with_those_that_are() {
    let setup = Setup::spelt("ema_cross", &["trend"], Unit::Atr).unwrap();
    let point = |key: &str| Point::from([(key.to_owned(), Value::Int(10))]);
    assert!(setup.plan(&point("trend.fast")).is_ok());
    let told = |key: &str| setup.plan(&point(key)).unwrap_err()[0].to_string();
    assert_eq!(told("fastt"), "`fastt` is no parameter of `ema_cross` with these layers and exits");
    assert!(
        told("regime.bars").starts_with("`regime.bars` is no parameter"),
        "{}",
        told("regime.bars")
    );
    let empty = SpaceParams::default();
    let usual = setup.space(&empty, Some(100)).unwrap().check().unwrap();
    assert!(usual.n_points().unwrap() <= 100);
    let names: Vec<&str> = usual.axes().map(|(name, _)| name).collect();
    assert_eq!(names, ["exits.stop", "exits.target", "fast", "ratio"]);
    let unknown: SpaceParams = serde_json::from_str(r#"{"slow": {"int": [1, 2]}}"#).unwrap();
    assert!(setup.space(&unknown, None).is_err());
}
