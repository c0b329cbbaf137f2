use super::*;
use crate::backtest::Market;
use crate::backtest::score::{Enough, Score};
use crate::config::Config;
use crate::features::Shape;
use crate::market::{Bars, Calendar, Columns, Timeframe};
use crate::optimize::alone::Judge;
use crate::optimize::{Conduct, Plan, Stretch};
use crate::rng::Rng;
use crate::search::{SamplerParams, TpeParams};
use crate::strategy::{ALL, Frame, LAYERS, Layer, Strategy, Unit, draw};
use crate::units::Ts;

/// Bars whose drift turns every 250 of them: what has gone up goes on, where `drift` is not 0. Each is
/// made of steps: in a bar of one, a stop would be filled before the price has passed it.
fn market(n: usize, drift: f64, seed: u64) -> Bars {
    let mut rng = Rng::new(seed);
    let (mut price, mut columns) = (100.0, Columns::default());
    for bar in 0..n {
        let way = if bar / 250 % 2 == 0 { drift } else { -drift };
        let open: f64 = price;
        let (mut high, mut low) = (price, price);
        for _ in 0..STEPS {
            let n = STEPS as f64;
            price *= 1.0 + way / n + 0.002 / n.sqrt() * rng.normal();
            (high, low) = (high.max(price), low.min(price));
        }
        columns.ts.push(Ts(bar as i64 * Timeframe::M5.us()));
        columns.open.push(open);
        columns.high.push(high);
        columns.low.push(low);
        columns.close.push(price);
        columns.volume.push(1e9 * (1.0 + rng.uniform()));
    }
    Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap()
}

const STEPS: usize = 8;

fn conduct() -> Conduct {
    let config = Config::default();
    let rules = config.backtest.rules(&config.trading_logic, &["X".parse().unwrap()]);
    Conduct {
        sigma_bars: None,
        frame: Frame::new(Timeframe::M5, None).unwrap(),
        shape: Shape { timeframe: Timeframe::M5, calendar: Calendar::Always, extra: vec![] },
        rules,
        size: 1.0,
        score: Score::TradeSharpe,
        enough: Enough { trades: 5, days: 2, days_per_year: 365.0 },
    }
}

fn terms() -> Terms {
    Terms {
        champions: 3,
        samples: 4,
        first_share: 0.25,
        bayes_trials: 10,
        sampler: SamplerParams::Tpe(TpeParams::default()).check().unwrap(),
        random: SamplerParams::Random.check().unwrap(),
        seed: 5,
    }
}

fn candidates(strategies: &[&'static Strategy], n: usize, in_parts: bool) -> Vec<Candidate> {
    behind((strategies, &[]), n, in_parts)
}

fn behind(
    parts: (&[&'static Strategy], &[&'static Layer]),
    n: usize,
    in_parts: bool,
) -> Vec<Candidate> {
    let leaving = Leaving { unit: Unit::Atr, in_parts };
    let drawn = draw(parts, n, 11);
    drawn.into_iter().map(|ensemble| Candidate::new(ensemble, leaving).unwrap()).collect()
}

const FOLLOW: [&str; 3] = ["ema_cross", "donchian", "time_series_momentum"];

fn named(names: &[&str]) -> Vec<&'static Strategy> {
    ALL.into_iter().filter(|strategy| names.contains(&strategy.name)).collect()
}

fn played(bars: &Bars, candidates: &[Candidate], windows: &[[usize; 3]]) -> Vec<Played> {
    let (conduct, terms) = (conduct(), terms());
    let mut arena = Arena::empty((Market::of(bars), bars.columns()), &conduct);
    let tournament = Tournament { candidates, terms: &terms, watch: &|_, _| () };
    let window = |[from, to, end]: &[usize; 3]| {
        tournament.play(&mut arena, (*from..*to, *to..*end)).unwrap()
    };
    windows.iter().map(window).collect()
}

#[test]
fn a_setting_alone_comes_to_what_it_comes_to_among_all() {
    let (bars, conduct) = (market(6000, 0.0003, 1), conduct());
    let drawn = behind((&ALL, &LAYERS), 16, true);
    let random = terms().random;
    let of = |candidate: &Candidate| -> Vec<Plan> {
        let points = candidate.first(&random, 3, 2);
        points.iter().map(|point| candidate.plan(point).unwrap()).collect()
    };
    let plans: Vec<Plan> = drawn.iter().flat_map(of).collect();
    let plans: Vec<&Plan> = plans.iter().collect();
    let arena = Arena::new((Market::of(&bars), bars.columns()), &conduct, &plans).unwrap();
    let windows = [1000..2000, 1999..5003, 64..5888, 3001..6000];
    let stretches = || windows.iter().cloned().map(Stretch::whole).collect::<Vec<_>>();
    let (together, _) = arena.run(&plans, &|_| stretches(), &|_| ()).unwrap();
    let mut n_trades = 0;
    for (plan, cells) in plans.iter().zip(&together) {
        for (rows, cell) in windows.iter().zip(cells) {
            for judge in [Judge::Screen, Judge::Engine] {
                let (alone, _) = arena.alone(plan, rows.clone(), judge).unwrap();
                assert_eq!(alone, *cell, "{plan} on {rows:?} by {judge:?}");
            }
            n_trades += cell.trades;
        }
    }
    assert!(n_trades > 1000, "{n_trades}");
}

#[test]
fn candidates_are_points_of_their_spaces() {
    let random = terms().random;
    let mut rng = Rng::new(1);
    for candidate in behind((&ALL, &LAYERS), 30, true) {
        let points = candidate.first(&random, 8, 5);
        assert_eq!(points.len(), 5);
        let first = candidate.plan(&points[0]).unwrap();
        assert_eq!(first.entries, *candidate.ensemble(), "as it was drawn");
        for point in &points {
            let near = candidate.near(point, &mut rng);
            assert!(candidate.space().encode(&near).is_ok(), "{near:?}");
            for (name, dimension) in candidate.space().axes() {
                let place = |point: &Point| dimension.index(&point[name]).unwrap();
                let is_choice = matches!(dimension, crate::search::Dimension::Choice(_));
                let is_near = place(&near).abs_diff(place(point)) <= 1;
                assert!(is_choice || is_near, "{name}");
            }
        }
    }
    let whole = &candidates(&ALL, 1, false)[0];
    assert!(whole.space().axes().all(|(name, _)| name != "exits.target_fraction"));
}

#[test]
fn rounds_grow_and_champions_were_seen_on_all_of_it() {
    let bars = market(4000, 0.0003, 2);
    let drawn = candidates(&ALL, 20, false);
    let found = &played(&bars, &drawn, &[[1000, 3000, 4000]])[0];
    let left: Vec<u32> = found.rounds.iter().map(|round| round.left).collect();
    let bars_seen: Vec<u32> = found.rounds.iter().map(|round| round.bars).collect();
    assert_eq!((left, bars_seen), (vec![10, 5, 3], vec![500, 1000, 2000]));
    assert_eq!(found.champions.len(), 3);
    for (at, champion) in found.champions.iter().enumerate() {
        let mine = |a: &&Attempt| a.candidate == champion.candidate && a.share >= 1.0;
        let whole: Vec<&Attempt> = found.attempts.iter().filter(mine).collect();
        assert_eq!(whole.iter().filter(|a| a.round.is_none()).count(), 10);
        let best = whole.iter().filter_map(|a| a.cell.score).reduce(f64::max);
        assert_eq!(champion.train.score, best, "of all that was tried of it");
        let in_order = at == 0 || found.champions[at - 1].train.score >= champion.train.score;
        assert!(in_order);
    }
    let first = found.attempts.iter().filter(|a| a.round == Some(1)).count();
    assert_eq!(first, 20 * 4);
    assert!(found.twins.len() > 10 && found.twins.iter().all(|(screen, engine)| screen == engine));
}

#[test]
fn what_happened_on_a_window_before_makes_no_difference() {
    let bars = market(4000, 0.0003, 3);
    let drawn = candidates(&ALL, 10, false);
    let windows = [[900, 1900, 2400], [1500, 2500, 3000]];
    let both = played(&bars, &drawn, &windows);
    assert_eq!(both[1], played(&bars, &drawn, &windows[1..])[0]);
    assert_ne!(both[0].champions, both[1].champions);
    // Nor do bars behind it.
    let short = bars.slice(0..2400);
    assert_eq!(both[0], played(&short, &drawn, &windows[..1])[0]);
}

/// Half of the candidates' strategies follow a trend, and half bet against it.
#[test]
fn a_planted_rule_wins_and_a_random_walk_has_no_winner() {
    let against = ["rsi", "zscore_reversion", "stochastic"];
    let drawn = candidates(&named(&[FOLLOW, against].concat()), 24, false);
    let window = [[1000, 6000, 9000]];
    let follows = |champion: &Champion| {
        let members = drawn[champion.candidate as usize].ensemble().members();
        members.iter().any(|member| FOLLOW.contains(&member.strategy().name))
    };
    let mut after = [Vec::new(), Vec::new()];
    for seed in 1..4 {
        let planted = &played(&market(9000, 0.0008, seed), &drawn, &window)[0];
        assert!(planted.champions.iter().all(follows), "{:?}", planted.champions);
        after[0].extend(planted.champions.iter().filter_map(|c| c.test.score));
        let walk = &played(&market(9000, 0.0, seed), &drawn, &window)[0];
        assert!(walk.champions[0].train.score > Some(0.5), "the best of many looks good");
        after[1].extend(walk.champions.iter().filter_map(|c| c.test.score));
    }
    let means = after.map(|scores| crate::stats::mean(&scores).unwrap());
    assert!(means[0] > 3.0 && means[1] < 1.0, "{means:?}");
}
