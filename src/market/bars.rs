//! Bars as columns: [`Columns`] is what a file says, [`Bars`] is what the rest may rely on.

use std::collections::BTreeMap;

use super::{Symbol, Timeframe};
use crate::units::Ts;

/// Columns of equal length, in the file's own order; nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// When each bar opened; bar `i` covers `[ts, ts + timeframe)`.
    pub ts: Vec<Ts>,
    pub open: Vec<f64>,
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    pub close: Vec<f64>,
    /// In units of the base asset.
    pub volume: Vec<f64>,
    /// Whatever else the source gives (`count`, `vwap`, `quote_volume`, …); NaN where it is absent.
    pub extra: BTreeMap<String, Vec<f64>>,
}

impl Columns {
    pub fn len(&self) -> usize {
        self.ts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    /// The five price and volume columns, in their customary order.
    pub fn prices(&self) -> [(&'static str, &[f64]); 5] {
        [
            ("open", &self.open),
            ("high", &self.high),
            ("low", &self.low),
            ("close", &self.close),
            ("volume", &self.volume),
        ]
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let price = self.prices().into_iter().find(|(n, _)| *n == name).map(|(_, values)| values);
        price.or_else(|| self.extra.get(name).map(Vec::as_slice))
    }

    /// The rows at `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        let pick = |values: &[f64]| rows.iter().map(|&i| values[i]).collect();
        Self {
            ts: rows.iter().map(|&i| self.ts[i]).collect(),
            open: pick(&self.open),
            high: pick(&self.high),
            low: pick(&self.low),
            close: pick(&self.close),
            volume: pick(&self.volume),
            extra: self.extra.iter().map(|(name, v)| (name.clone(), pick(v))).collect(),
        }
    }
}

/// Bars of one symbol and timeframe that hold their promises: times strictly increasing and on the
/// timeframe's grid, prices finite and positive, `low ≤ open, close ≤ high`, volume not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    symbol: Symbol,
    timeframe: Timeframe,
    columns: Columns,
}

/// The first reason why columns are not [`Bars`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BarFault {
    #[error("column `{column}` has {found} values for {expected} bars")]
    Length { column: String, found: usize, expected: usize },
    #[error("the bar at `{at}` comes after the bar at `{before}`")]
    Unsorted { at: Ts, before: Ts },
    #[error("the bar at `{at}` is there twice")]
    Duplicate { at: Ts },
    #[error("the bar at `{at}` does not open on the `{timeframe}` grid")]
    OffGrid { at: Ts, timeframe: Timeframe },
    #[error("`{column}` of the bar at `{at}` is `{value}`")]
    BadValue { column: &'static str, at: Ts, value: f64 },
    #[error("the bar at `{at}` has its {what} outside of low..high")]
    Range { at: Ts, what: &'static str },
}

impl Bars {
    pub fn new(symbol: Symbol, timeframe: Timeframe, columns: Columns) -> Result<Self, BarFault> {
        check_lengths(&columns)?;
        check_times(&columns.ts, timeframe)?;
        (0..columns.len()).try_for_each(|i| check_values(&columns, i))?;
        Ok(Self { symbol, timeframe, columns })
    }

    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    pub fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    pub fn into_columns(self) -> Columns {
        self.columns
    }

    pub fn len(&self) -> usize {
        self.columns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    pub fn ts(&self) -> &[Ts] {
        &self.columns.ts
    }

    /// The first `n` bars alone; a prefix of good bars is good.
    pub fn prefix(&self, n: usize) -> Self {
        self.slice(0..n)
    }

    pub fn slice(&self, rows: std::ops::Range<usize>) -> Self {
        let rows: Vec<usize> = rows.collect();
        Self { columns: self.columns.take(&rows), symbol: self.symbol.clone(), ..*self }
    }
}

fn check_lengths(columns: &Columns) -> Result<(), BarFault> {
    let expected = columns.len();
    let extra = columns.extra.iter().map(|(name, v)| (name.as_str(), v.as_slice()));
    for (column, values) in columns.prices().into_iter().chain(extra) {
        if values.len() != expected {
            let (column, found) = (column.to_owned(), values.len());
            return Err(BarFault::Length { column, found, expected });
        }
    }
    Ok(())
}

fn check_times(ts: &[Ts], timeframe: Timeframe) -> Result<(), BarFault> {
    if let Some(&at) = ts.iter().find(|&&t| !timeframe.is_open(t)) {
        return Err(BarFault::OffGrid { at, timeframe });
    }
    for pair in ts.windows(2) {
        let (before, at) = (pair[0], pair[1]);
        if at == before {
            return Err(BarFault::Duplicate { at });
        }
        if at < before {
            return Err(BarFault::Unsorted { at, before });
        }
    }
    Ok(())
}

fn check_values(c: &Columns, i: usize) -> Result<(), BarFault> {
    let at = c.ts[i];
    for (column, values) in c.prices() {
        let value = values[i];
        let good = value.is_finite() && if column == "volume" { value >= 0.0 } else { value > 0.0 };
        if !good {
            return Err(BarFault::BadValue { column, at, value });
        }
    }
    if c.high[i] < c.open[i].max(c.close[i]) || c.low[i] > c.open[i].min(c.close[i]) {
        let what =
            if c.high[i] < c.low[i] { "high below its low, and a price" } else { "open or close" };
        return Err(BarFault::Range { at, what });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Columns {
        Columns {
            ts: ["2024-01-01 00:00", "2024-01-01 00:05", "2024-01-01 00:10"]
                .map(|t| t.parse().unwrap())
                .to_vec(),
            open: vec![10.0, 11.0, 12.0],
            high: vec![12.0, 12.0, 13.0],
            low: vec![9.0, 10.0, 11.0],
            close: vec![11.0, 12.0, 12.5],
            volume: vec![1.0, 0.0, 3.0],
            extra: BTreeMap::from([("count".to_owned(), vec![5.0, 0.0, 7.0])]),
        }
    }

    fn bars(columns: Columns) -> Result<Bars, BarFault> {
        Bars::new("X".parse().unwrap(), Timeframe::M5, columns)
    }

    #[test]
    fn good_columns_become_bars() {
        let bars = bars(three()).unwrap();
        assert_eq!(bars.prefix(2).columns().extra["count"], [5.0, 0.0]);
        assert_eq!(bars.columns().column("close"), Some(&[11.0, 12.0, 12.5][..]));
    }

    #[test]
    fn every_fault_names_its_bar() {
        let broken = |edit: fn(&mut Columns)| {
            let mut columns = three();
            edit(&mut columns);
            bars(columns).unwrap_err().to_string()
        };
        let faults = [
            broken(|c| c.ts[2] = c.ts[1]),
            broken(|c| c.ts.swap(1, 2)),
            broken(|c| c.ts[1] = c.ts[1].plus_us(1)),
            broken(|c| c.open[1] = -11.0),
            broken(|c| c.volume[1] = f64::NAN),
            broken(|c| c.high[1] = 9.5),
            broken(|c| c.close[1] = 12.1),
            broken(|c| drop(c.extra.insert("vwap".into(), vec![]))),
        ];
        let names_bar = |text: &String| text.contains("2024-01-01 00:") || text.contains("vwap");
        assert!(faults.iter().all(names_bar), "{faults:#?}");
    }
}
