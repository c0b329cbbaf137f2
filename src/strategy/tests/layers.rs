//! What gates let pass.

use super::tape::{Bar, after_calm, bars, closes, rows, shape};
use super::{frame_of, market};
use crate::market::{Bars, Timeframe};
use crate::strategy::{
    BadChoice, Bits, Ensemble, Frame, Gate, LAYERS, Layer, Member, Point, Rule, Sides, Value,
};

fn gate(name: &str, point: &[(&str, Value)]) -> Gate {
    let point = point.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Gate::new(Layer::find(name).unwrap(), &point).unwrap()
}

fn passes(gate: &Gate, strength: &str, frame: &Frame, bars: &Bars) -> Sides<Vec<usize>> {
    let strength = Sides { long: strength.to_owned(), short: strength.to_owned() };
    let conditions = gate.conditions(&strength, frame);
    let texts = [conditions.long.clone(), conditions.short.clone()];
    let bits = Bits::new(texts, &shape(bars), bars.columns()).unwrap();
    bits.sides(&conditions).unwrap().map(rows)
}

fn rising(n_bars: usize) -> Bars {
    let bar = |i: usize| -> Bar {
        let price = 100.0 + i as f64;
        [price, price + 1.0, price, price + 1.0, 1.0]
    };
    bars(Timeframe::M15, &(0..n_bars).map(bar).collect::<Vec<_>>())
}

/// Of 10 and 20 hours, settled after some 93 hours.
#[test]
fn trend_lets_longs_pass_in_a_rise() {
    let bars = rising(800);
    let trend = gate("trend", &[("fast", Value::Int(10)), ("ratio", Value::Int(2))]);
    let passed = passes(&trend, "1", &frame_of(Timeframe::M15, Timeframe::H1), &bars);
    assert!(passed.short.is_empty());
    assert_eq!(passed.long, (passed.long[0]..800).collect::<Vec<_>>());
    assert!((360..420).contains(&passed.long[0]), "{}", passed.long[0]);
}

/// A rise is all headway; to and fro is none, whatever its volatility.
#[test]
fn regime_refuses_chop() {
    let regime = gate("regime", &[("bars", Value::Int(20)), ("quiet", Value::Float(0.0))]);
    let frame = frame_of(Timeframe::M15, Timeframe::H1);
    assert_eq!(passes(&regime, "1", &frame, &rising(400)).long.last(), Some(&399));
    let chop = after_calm(Timeframe::M15, &closes(&[99.0]));
    assert!(passes(&regime, "1", &frame, &chop).long.is_empty());
}

/// London's first two hours are 8 and 9 in winter, by hourly bars.
#[test]
fn session_is_a_clock() {
    let kill_zone =
        gate("session", &[("session", Value::Word("london".into())), ("hours", Value::Int(2))]);
    let bars = after_calm(Timeframe::H1, &[]);
    let passed = passes(&kill_zone, "1", &frame_of(Timeframe::H1, Timeframe::H4), &bars);
    assert_eq!(passed.long[..4], [8, 9, 32, 33]);
    assert_eq!(passed.long, passed.short);
}

/// In a rise all is there for a long: 0.40 × strength + 0.25 + 0.20 + 0.15. For a short there is
/// its strength, and that the structure is straight.
#[test]
fn confidence_adds_up() {
    let bars = rising(4_000);
    let frame = frame_of(Timeframe::M15, "30m".parse().unwrap());
    let last = |strength: &str, least: f64| {
        let confidence = gate("confidence", &[("min_confidence", Value::Float(least))]);
        passes(&confidence, strength, &frame, &bars).map(|rows| rows.last() == Some(&3_999))
    };
    assert_eq!(last("1", 0.9), Sides { long: true, short: false });
    assert_eq!(last("0.5", 0.79), Sides { long: true, short: false });
    assert_eq!(last("0.5", 0.81), Sides { long: false, short: false });
    assert_eq!(last("1", 0.54), Sides { long: true, short: true });
    assert_eq!(last("0.5", 0.36), Sides { long: true, short: false });
}

/// An ensemble behind gates enters where both let it.
#[test]
fn gates_narrow_the_entries_of_an_ensemble() {
    let bars = market(12_000);
    let frame = frame_of(bars.timeframe(), Timeframe::M15);
    let member = |name: &str| Member::named(name, &Point::new()).unwrap();
    let members = vec![member("rsi"), member("liquidity_sweep")];
    let free = Ensemble::new(members, Rule::Any, 0).unwrap();
    let gates = LAYERS.map(|layer| Gate::new(layer, &Point::new()).unwrap());
    let session = free.clone().behind(vec![gates[2].clone()]);
    let all = free.clone().behind(gates.to_vec());
    let texts = [&free, &session, &all].map(|ensemble| ensemble.conditions(&frame)).concat();
    let bits = Bits::new(texts, &shape(&bars), bars.columns()).unwrap();
    let entries = |ensemble: &Ensemble| ensemble.entries(&bits, &frame).unwrap().long;
    let hours = passes(&gates[2], "1", &frame, &bars).long;
    let expected: Vec<usize> =
        rows(&entries(&free)).into_iter().filter(|row| hours.contains(row)).collect();
    assert_eq!(rows(&entries(&session)), expected);
    let all = rows(&entries(&all));
    assert!(all.len() < expected.len() && all.iter().all(|row| expected.contains(row)));
    assert!(free.entries(&Bits::default(), &frame).is_none());
}

#[test]
fn names_that_are_not_are_told_with_the_nearest() {
    let unknown = Member::named("rsy", &Point::new()).unwrap_err().remove(0);
    assert_eq!(unknown.to_string(), "there is no strategy `rsy`");
    assert_eq!(unknown.nearest(), Some("rsi"));
    let unknown = Layer::find("sesion").unwrap_err();
    assert_eq!(
        (unknown.to_string().as_str(), unknown.nearest()),
        ("there is no layer `sesion`", Some("session"))
    );
    let point = Point::from([("perod".to_owned(), Value::Int(5))]);
    let unknown = Member::named("rsi", &point).unwrap_err().remove(0);
    assert_eq!(unknown.nearest(), Some("period"));
    assert!(matches!(unknown, BadChoice::Param { known, .. } if known == ["period", "oversold"]));
}
