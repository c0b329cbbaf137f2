//! What every declaration keeps.

use super::{frame, market, shape};
use crate::market::Timeframe;
use crate::strategy::{ALL, Bits, Member, Param, Point, Range, Strategy};

/// Every combination of lowest and highest values.
fn corners(params: &[Param]) -> Vec<Point> {
    let mut corners = vec![Point::new()];
    for param in params {
        let ends = [param.nth(0), param.nth(u64::MAX)];
        let with = |point: &Point| {
            ends.clone().map(|end| {
                let mut point = point.clone();
                point.insert(param.name.to_owned(), end);
                point
            })
        };
        corners = corners.iter().flat_map(with).collect();
    }
    corners
}

fn conditions(strategy: &'static Strategy, points: &[Point]) -> Vec<String> {
    let frame = frame(Timeframe::M5);
    let texts = points.iter().flat_map(|point| {
        let member = Member::new(strategy, point).unwrap();
        let (entry, strength) = (member.entry(&frame), member.strength(&frame));
        // A plain number is a strength, but no column.
        let strength = [strength.long, strength.short].map(|text| format!("close * {text} > 0"));
        [entry.long, entry.short].into_iter().chain(strength)
    });
    texts.collect()
}

#[test]
fn every_corner_of_every_grid_compiles() {
    let bars = market(200);
    for strategy in ALL {
        let texts = conditions(strategy, &corners(strategy.params));
        let bits = Bits::new(texts, &shape(Timeframe::M5), bars.columns());
        assert!(bits.is_ok(), "{}: {}", strategy.name, bits.unwrap_err()[0]);
    }
}

#[test]
fn names_are_unique_and_help_is_one_line() {
    for (at, strategy) in ALL.iter().enumerate() {
        assert!(ALL[..at].iter().all(|other| other.name != strategy.name), "{}", strategy.name);
        for text in [strategy.help, strategy.source] {
            assert!(!text.is_empty() && !text.ends_with('.') && text.len() < 90, "{text}");
        }
        for param in strategy.params {
            assert!(!param.help.is_empty() && param.help.len() < 90, "{}", param.help);
        }
    }
}

#[test]
fn defaults_lie_on_the_grid() {
    for strategy in ALL {
        for param in strategy.params {
            let on_grid = (0..param.n_values()).any(|k| param.nth(k) == param.default());
            assert!(on_grid, "{}: {}", strategy.name, param.name);
            let reaches_end = match param.range {
                Range::Int { high, .. } => param.nth(u64::MAX).as_f64() == Some(high as f64),
                Range::Float { high, .. } => param.nth(u64::MAX).as_f64() == Some(high),
                Range::Choice { .. } => true,
            };
            assert!(reaches_end, "{}: {}", strategy.name, param.name);
        }
    }
}

#[test]
fn every_strategy_finds_something_on_the_made_up_market() {
    let bars = market(20_000);
    let (shape, frame) = (shape(Timeframe::M5), frame(Timeframe::M5));
    let members = ALL.map(|strategy| Member::new(strategy, &Point::new()).unwrap());
    let texts = members.iter().flat_map(|m| {
        let entry = m.entry(&frame);
        [entry.long, entry.short]
    });
    let bits = Bits::new(texts, &shape, bars.columns()).unwrap();
    let count = |words: &[u64]| words.iter().map(|word| word.count_ones()).sum::<u32>();
    for member in &members {
        let found = bits.sides(&member.entry(&frame)).unwrap().map(count);
        assert!(found.long > 9 && found.short > 9, "{member}: {found:?}");
        assert!(found.long + found.short < 4_000, "{member}: {found:?}");
    }
}
