//! Little markets written by hand.

use crate::features::Shape;
use crate::market::{Bars, Calendar, Columns, Timeframe};
use crate::strategy::{Bits, Frame, Member, Point, Sides, Value};
use crate::units::Ts;

/// 2024-01-01 00:00, a Monday.
pub const MONDAY: i64 = 1_704_067_200_000_000;

/// Bars before those of the tape: all indicators have settled, and days begin at midnight.
pub const LEAD: usize = 480;

/// Open, high, low, close, volume.
pub type Bar = [f64; 5];

/// Bars that go to and fro between 99 and 101, the last one up, and then the tape.
pub fn after_calm(timeframe: Timeframe, tape: &[Bar]) -> Bars {
    let calm = (0..LEAD).map(|i| match i % 2 {
        0 => [101.0, 101.0, 99.0, 99.0, 1.0],
        _ => [99.0, 101.0, 99.0, 101.0, 1.0],
    });
    bars(timeframe, &calm.chain(tape.iter().copied()).collect::<Vec<_>>())
}

pub fn bars(timeframe: Timeframe, tape: &[Bar]) -> Bars {
    let column = |at: usize| tape.iter().map(|bar| bar[at]).collect();
    let columns = Columns {
        ts: (0..tape.len()).map(|i| Ts(MONDAY + i as i64 * timeframe.us())).collect(),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: column(4),
        extra: std::collections::BTreeMap::new(),
    };
    Bars::new("HAND".parse().unwrap(), timeframe, columns).unwrap()
}

/// Bars from close to close, of volume 1; the close before the first is 101.
pub fn closes(closes: &[f64]) -> Vec<Bar> {
    let opens = std::iter::once(&101.0).chain(closes);
    let bar =
        |(open, close): (&f64, &f64)| [*open, open.max(*close), open.min(*close), *close, 1.0];
    opens.zip(closes).map(bar).collect()
}

/// What went up goes down, about 100.
fn mirrored(bars: &Bars) -> Bars {
    let mut columns = bars.columns().clone();
    let flip = |column: &mut Vec<f64>| column.iter_mut().for_each(|x| *x = 200.0 - *x);
    [&mut columns.open, &mut columns.high, &mut columns.low, &mut columns.close]
        .into_iter()
        .for_each(flip);
    std::mem::swap(&mut columns.high, &mut columns.low);
    Bars::new("HAND".parse().unwrap(), bars.timeframe(), columns).unwrap()
}

/// A strategy at a point, on a market.
pub struct Case<'a> {
    member: Member,
    bars: &'a Bars,
    first: usize,
}

pub fn case<'a>(name: &str, point: &[(&str, f64)], bars: &'a Bars) -> Case<'a> {
    let value = |(name, x): &(&str, f64)| ((*name).to_owned(), Value::Float(*x));
    let point: Point = point.iter().map(value).collect();
    Case { member: Member::named(name, &point).unwrap(), bars, first: 0 }
}

impl Case<'_> {
    /// Looks only at the tape's bars from `first` on.
    pub fn since(self, first: usize) -> Self {
        Self { first, ..self }
    }

    /// It enters on these bars of the tape, and on the mirrored market the other way round.
    pub fn enters(&self, long: &[usize], short: &[usize]) {
        let found = self.entries(self.bars);
        assert_eq!((&found.long[..], &found.short[..]), (long, short), "{}", self.member);
        let found = self.entries(&mirrored(self.bars));
        assert_eq!((&found.short[..], &found.long[..]), (long, short), "{}, mirrored", self.member);
    }

    fn entries(&self, bars: &Bars) -> Sides<Vec<usize>> {
        let frame = Frame::new(bars.timeframe(), None).unwrap();
        let conditions = self.member.entry(&frame);
        let texts = [conditions.long.clone(), conditions.short.clone()];
        let bits = Bits::new(texts, &shape(bars), bars.columns()).unwrap();
        let first = LEAD + self.first;
        bits.sides(&conditions).unwrap().map(|words| {
            rows(words).into_iter().filter(|row| *row >= first).map(|row| row - LEAD).collect()
        })
    }
}

pub fn rows(words: &[u64]) -> Vec<usize> {
    (0..words.len() * 64).filter(|row| words[row / 64] >> (row % 64) & 1 == 1).collect()
}

pub fn shape(bars: &Bars) -> Shape {
    Shape { timeframe: bars.timeframe(), calendar: Calendar::Always, extra: vec![] }
}
