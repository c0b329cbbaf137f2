//! Which bars belong to which bar of a longer timeframe, and how their columns come together.

use std::ops::Range;

use super::resample::BadResample;
use super::{Calendar, Timeframe};
use crate::units::Ts;

/// Follows bars through the cells of a longer timeframe's grid. Bars outside of the calendar's hours
/// are in none: whoever follows leaves out those that [`Self::is_due`] does not want.
#[derive(Debug, Clone)]
pub struct Cells {
    base: Timeframe,
    to: Timeframe,
    calendar: Calendar,
    pub(super) filling: Option<Cell>,
    /// Bars that went into a first cell whose beginning is not known.
    pub(super) n_headless: usize,
    seen_any: bool,
    /// Where the bars of the present trading session open.
    session: Range<Ts>,
}

/// A longer bar in the making, or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub ts: Ts,
    /// How many bars it is made of.
    pub n_base: usize,
    /// The data began in its middle: its open and extremes are not known.
    pub headless: bool,
    /// The last bar due in it: it is over at that bar's close.
    last_due: Ts,
}

/// The cells that a bar ends: one that a gap left open, before the bar, and its own, with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    pub late: Option<Cell>,
    pub now: Option<Cell>,
}

impl Cells {
    pub fn new(base: Timeframe, to: Timeframe, calendar: Calendar) -> Result<Self, BadResample> {
        if to <= base || !to.is_multiple_of(base) {
            return Err(BadResample::NotAMultiple { base, to });
        }
        let is_always = calendar == Calendar::Always;
        let session = if is_always { Ts(i64::MIN)..Ts(i64::MAX) } else { Ts(0)..Ts(0) };
        Ok(Self { base, to, calendar, filling: None, n_headless: 0, seen_any: false, session })
    }

    pub fn to(&self) -> Timeframe {
        self.to
    }

    /// Whether the market trades at some time of this bar.
    #[inline]
    pub fn is_due(&mut self, ts: Ts) -> bool {
        self.session.contains(&ts) || self.enter(ts)
    }

    #[cold]
    fn enter(&mut self, ts: Ts) -> bool {
        let mut hours = self.calendar.hours();
        if !hours.expects(ts, self.base) {
            return false;
        }
        let session = hours.session_at(ts).map(|h| self.base.open_of(h.start)..h.end);
        let alone = ts..ts.plus_us(1);
        self.session = session.filter(|opens| opens.contains(&ts)).unwrap_or(alone);
        true
    }

    /// Takes the next bar, which is due.
    #[inline]
    pub fn push(&mut self, ts: Ts) -> Ends {
        let length = self.to.us();
        let end_of = |cell: Ts| cell.plus_us(length);
        // Most bars stay in the cell of the bar before: no division for them.
        let stays = self.filling.filter(|cell| cell.ts <= ts && ts < end_of(cell.ts));
        let late = if stays.is_some() { None } else { self.filling.take() };
        let mut cell = stays.unwrap_or_else(|| self.open(ts));
        cell.n_base += 1;
        self.n_headless += usize::from(cell.headless);
        let is_over = ts >= cell.last_due;
        self.filling = (!is_over).then_some(cell);
        Ends { late, now: is_over.then_some(cell) }
    }

    /// How many of the next bars, by their times in microseconds, are not due.
    pub fn skip_run(&mut self, times: &[f64]) -> usize {
        times.iter().take_while(|&&time| !self.is_due(Ts(time as i64))).count()
    }

    /// Takes as many of the next bars, the first of which is due, as one cell holds in one trading
    /// session, up to the one that ends it: how many they are, and the cells they end. The same as so
    /// many times [`Self::push`], at the cost of one.
    pub fn push_run(&mut self, times: &[f64]) -> (usize, Ends) {
        let Some(&first) = times.first() else { return (0, Ends { late: None, now: None }) };
        let ends = self.push(Ts(first as i64));
        let Some(cell) = &mut self.filling else { return (1, ends) };
        let end = cell.ts.plus_us(self.to.us()).min(self.session.end).0 as f64;
        let last_due = cell.last_due.min(self.session.end).0 as f64;
        // One by one: a cell holds few bars, and to halve a block finds them no sooner.
        let more = times[1..].iter().take_while(|&&time| time < last_due).count();
        cell.n_base += more;
        self.n_headless += if cell.headless { more } else { 0 };
        match times.get(1 + more) {
            Some(&time) if time < end => {
                let now = self.push(Ts(time as i64)).now;
                (2 + more, Ends { now, ..ends })
            }
            _ => (1 + more, ends),
        }
    }

    #[cold]
    fn open(&mut self, ts: Ts) -> Cell {
        let open = self.to.open_of(ts);
        let end = open.plus_us(self.to.us());
        let mut hours = self.calendar.hours();
        let lacks_its_head = !self.seen_any && hours.expected(open..ts, self.base).is_some();
        self.seen_any = true;
        let due = hours.expected(ts..end, self.base).map(|e| e.last);
        let last_due = due.unwrap_or(end.plus_us(-self.base.us()));
        Cell { ts: open, n_base: 0, headless: lacks_its_head, last_due }
    }
}

/// How one column of a longer bar grows out of its parts.
#[derive(Debug, Clone, Copy)]
pub struct Fold {
    rule: Rule,
    total: f64,
    weight: f64,
    is_empty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    First,
    Max,
    Min,
    Last,
    Sum,
    Product,
    /// The mean weighted by the column of this index.
    WeightedBy(usize),
}

impl Fold {
    /// By the column's name; `volume` is the index of the column that weighs.
    pub fn of(column: &str, volume: Option<usize>) -> Self {
        let rule = match (column, volume) {
            ("open", _) => Rule::First,
            ("high", _) => Rule::Max,
            ("low", _) => Rule::Min,
            ("volume" | "quote_volume" | "count" | "dividend_amount", _) => Rule::Sum,
            ("split_coefficient", _) => Rule::Product,
            ("vwap", Some(volume)) => Rule::WeightedBy(volume),
            (name, _) if name.starts_with("taker_") => Rule::Sum,
            _ => Rule::Last,
        };
        Self { rule, total: 0.0, weight: 0.0, is_empty: true }
    }

    /// The column that weighs this one.
    pub fn weighted_by(&self) -> Option<usize> {
        match self.rule {
            Rule::WeightedBy(column) => Some(column),
            _ => None,
        }
    }

    /// Takes the next bars' values, and their weights where the column is weighted.
    pub fn add(&mut self, values: &[f64], weights: Option<&[f64]>) {
        let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return };
        if self.is_empty {
            self.is_empty = false;
            (self.total, self.weight) = self.start(first);
        } else {
            self.total = self.join(first);
        }
        match self.rule {
            Rule::First => {}
            Rule::Last => self.total = last,
            Rule::WeightedBy(_) => self.add_weighted(values, weights.unwrap_or_default()),
            _ => values[1..].iter().for_each(|&x| self.total = self.join(x)),
        }
    }

    /// The longer bar's value; the next bar begins another.
    pub fn close(&mut self) -> f64 {
        self.is_empty = true;
        match self.rule {
            Rule::WeightedBy(_) if self.weight > 0.0 => self.total / self.weight,
            Rule::WeightedBy(_) => f64::NAN,
            _ => self.total,
        }
    }

    fn start(&self, first: f64) -> (f64, f64) {
        match self.rule {
            Rule::WeightedBy(_) => (0.0, 0.0),
            _ => (first, 0.0),
        }
    }

    #[inline(always)]
    fn join(&self, x: f64) -> f64 {
        match self.rule {
            Rule::Max => self.total.max(x),
            Rule::Min => self.total.min(x),
            Rule::Sum => self.total + x,
            Rule::Product => self.total * x,
            Rule::First | Rule::WeightedBy(_) => self.total,
            Rule::Last => x,
        }
    }

    /// A bar without volume has no say, whatever its price: some sources write a zero there.
    fn add_weighted(&mut self, values: &[f64], weights: &[f64]) {
        for (x, weight) in values.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            self.total += x * weight;
            self.weight += weight;
        }
    }
}
