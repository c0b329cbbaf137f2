//! Faults of single values: no bar has these.

use super::finding::Tally;
use super::{Finding, Kind, Terms};
use crate::market::Columns;

/// Columns that do not even have the same number of rows cannot be examined further.
pub fn length_faults(columns: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut unequal = Tally::new(Kind::UnequalColumns, terms.max_places);
    let extra = columns.extra.iter().map(|(name, values)| (name.as_str(), values.as_slice()));
    for (name, values) in columns.prices().into_iter().chain(extra) {
        let (found, expected) = (values.len(), columns.len());
        if found != expected {
            let at = columns.ts.get(found.min(expected.saturating_sub(1)));
            let note = || format!("`{name}` has {found} values for {expected} times");
            unequal.bar(at.copied().unwrap_or_default(), note);
        }
    }
    unequal.finding().into_iter().collect()
}

/// Each bar counts once for each kind, under the first column that has it.
pub fn faults(columns: &Columns, terms: &Terms) -> Vec<Finding> {
    let kinds = [
        Kind::NotANumber,
        Kind::NonPositivePrice,
        Kind::NegativeVolume,
        Kind::HighBelowLow,
        Kind::OutsideRange,
    ];
    let mut tallies = kinds.map(|kind| Tally::new(kind, terms.max_places));
    for i in 0..columns.len() {
        let bar = Bar::at(columns, i);
        if bar.is_sound() {
            continue;
        }
        for (tally, kind) in tallies.iter_mut().zip(kinds) {
            if let Some(note) = bar.note(kind) {
                tally.bar(columns.ts[i], || note);
            }
        }
    }
    tallies.into_iter().filter_map(Tally::finding).collect()
}

struct Bar {
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
}

impl Bar {
    fn at(c: &Columns, i: usize) -> Self {
        let (open, high, low, close) = (c.open[i], c.high[i], c.low[i], c.close[i]);
        Self { open, high, low, close, volume: c.volume[i] }
    }

    /// The same promise as that of [`crate::market::Bars`]; false for anything missing.
    fn is_sound(&self) -> bool {
        let Self { open, high, low, close, volume } = *self;
        let in_range = |price: f64| low <= price && price <= high;
        low > 0.0
            && in_range(open)
            && in_range(close)
            && high.is_finite()
            && volume >= 0.0
            && volume.is_finite()
    }

    fn named(&self) -> [(&'static str, f64); 5] {
        let Self { open, high, low, close, volume } = *self;
        [("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume)]
    }

    fn note(&self, kind: Kind) -> Option<String> {
        let first = |columns: &[(&'static str, f64)], bad: &dyn Fn(f64) -> bool| {
            let (name, value) = columns.iter().find(|(_, value)| bad(*value))?;
            Some(format!("{name} {value}"))
        };
        let named = self.named();
        let range = || format!("low {}, high {}", self.low, self.high);
        let outside = |value: f64| self.low <= self.high && (value < self.low || value > self.high);
        match kind {
            Kind::NotANumber => first(&named, &|value| !value.is_finite()),
            Kind::NonPositivePrice => first(&named[..4], &|value| value <= 0.0),
            Kind::NegativeVolume => first(&named[4..], &|value| value < 0.0),
            Kind::HighBelowLow => (self.high < self.low).then(range),
            Kind::OutsideRange => {
                let note = first(&[named[0], named[3]], &outside)?;
                Some(format!("{note}, {}", range()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{calm, found, terms};
    use super::super::{Audit, audit};
    use super::*;
    use crate::market::{Bars, Timeframe};
    use proptest::prelude::*;

    #[test]
    fn each_fault_is_found_under_its_own_name() {
        let only = |edit: fn(&mut Columns)| -> Vec<Kind> {
            found(edit).into_iter().map(|(kind, _)| kind).filter(|k| *k < Kind::Gap).collect()
        };
        assert_eq!(only(|c| c.high[5] = f64::NAN), [Kind::NotANumber]);
        assert_eq!(only(|c| c.volume[5] = f64::INFINITY), [Kind::NotANumber]);
        assert_eq!(only(|c| c.low[5] = 0.0), [Kind::NonPositivePrice]);
        assert_eq!(only(|c| c.low[5] = -3.0), [Kind::NonPositivePrice]);
        assert_eq!(only(|c| c.volume[5] = -1.0), [Kind::NegativeVolume]);
        assert_eq!(only(|c| c.high[5] = c.low[5] - 0.1), [Kind::HighBelowLow]);
        assert_eq!(only(|c| c.close[5] = c.high[5] + 0.1), [Kind::OutsideRange]);
        assert_eq!(only(|c| c.open[5] = c.low[5] - 0.1), [Kind::OutsideRange]);
    }

    #[test]
    fn a_short_column_ends_the_audit_with_its_name() {
        let mut columns = calm(300);
        columns.extra.insert("vwap".to_owned(), vec![1.0; 299]);
        let Audit { findings, .. } = audit("X", &columns, &terms());
        assert_eq!((findings.len(), findings[0].kind), (1, Kind::UnequalColumns));
        assert_eq!(findings[0].places[0].note, "`vwap` has 299 values for 300 times");
    }

    proptest! {
        #[test]
        fn the_audit_has_a_fault_exactly_where_bars_refuse(
            row in 0_usize..20,
            column in 0_usize..5,
            value in prop::sample::select(vec![
                f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -1.0, 0.0, 99.99, 100.05, 100.5,
            ]),
        ) {
            let mut columns = calm(20);
            let Columns { open, high, low, close, volume, .. } = &mut columns;
            [open, high, low, close, volume][column][row] = value;
            let refused = audit("X", &columns, &terms()).verdict().is_err();
            let bars = Bars::new("X".parse().unwrap(), Timeframe::M5, columns);
            prop_assert_eq!(refused, bars.is_err());
        }
    }
}
