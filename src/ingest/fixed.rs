//! Files whose columns have fixed places: Binance's klines and Kraken's OHLCVT.
//!
//! They are large and alike, so they are read in one pass over the bytes, in chunks side by side.
//! Only a line that does not fit is looked at again, to say why.

use std::ops::Range;

use rayon::prelude::*;

use super::cut::check_end;
use super::instant::{Unit, epoch};
use super::number::{decimal, is_missing, leading_decimal, leading_digits, leading_integer};
use super::role::{PRICES, Role, role_of};
use super::series::Rows;
use super::source::{Fault, Source, show};
use crate::failure::Failure;
use crate::market::Columns;
use crate::units::Ts;

/// What stands at one place of a line. The first place is always the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Time,
    Price(usize),
    Extra(&'static str),
    Skip(&'static str),
}

/// The places of a line, from the left.
#[derive(Debug, Clone, Copy)]
pub(super) struct FixedForm {
    name: &'static str,
    slots: &'static [Slot],
}

/// <https://github.com/binance/binance-public-data>, "Klines".
pub(super) const BINANCE: FixedForm = FixedForm {
    name: "Binance kline",
    slots: &[
        Slot::Time,
        Slot::Price(0),
        Slot::Price(1),
        Slot::Price(2),
        Slot::Price(3),
        Slot::Price(4),
        Slot::Skip("close_time"),
        Slot::Extra("quote_volume"),
        Slot::Extra("count"),
        Slot::Extra("taker_buy_volume"),
        Slot::Extra("taker_buy_quote_volume"),
        Slot::Skip("ignore"),
    ],
};

/// <https://support.kraken.com/articles/360047124832>, "Downloadable historical OHLCVT data".
pub(super) const KRAKEN: FixedForm = FixedForm {
    name: "Kraken OHLCVT",
    slots: &[
        Slot::Time,
        Slot::Price(0),
        Slot::Price(1),
        Slot::Price(2),
        Slot::Price(3),
        Slot::Price(4),
        Slot::Extra("count"),
    ],
};

/// No form has more places.
const WIDEST: usize = 12;

/// Small enough that the cores finish together.
const CHUNK: usize = 1 << 20;

impl FixedForm {
    /// Whether a first line, header or data, has this form.
    pub fn fits(&self, line: &[u8]) -> bool {
        let cells: Vec<&[u8]> = cells(line).collect();
        let begins_with_a_time =
            || leading_integer(cells[0]).is_some_and(|(_, end)| end == cells[0].len());
        cells.len() == self.slots.len()
            && (begins_with_a_time() || self.check_header(&cells).is_ok())
    }

    pub fn read(&self, source: &Source) -> Result<(Columns, Option<String>), Failure> {
        source.check_text()?;
        let data = self.data(source)?;
        let (start, unit) = (data.start, first_unit(&source.bytes[data.clone()]));
        let parts: Vec<_> = chunks(&source.bytes, data)
            .into_par_iter()
            .map(|chunk| {
                let from = chunk.start;
                self.rows(&source.bytes[chunk], unit).map_err(|(at, place)| (from + at, place))
            })
            .collect();
        // Collected before looked through: of several faults the first in the file is told.
        let parts: Result<Vec<Rows>, _> = parts.into_iter().collect();
        let parts = parts.map_err(|(at, place)| self.failure(source, at, place))?;
        let number = match self.slots.iter().enumerate().next_back() {
            None | Some((_, Slot::Skip(_))) => None,
            Some((last, slot)) => check_end(source, (start, b','), (last, slot.name()))?,
        };
        Ok((self.join(&parts), number))
    }

    /// The bytes after the header, if there is one.
    fn data(&self, source: &Source) -> Result<Range<usize>, Failure> {
        let bytes = &source.bytes;
        let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
        let header: Vec<&[u8]> = cells(line).collect();
        let begins_with_a_number = leading_decimal(header[0]).is_some();
        let words = |cell: &&[u8]| cell.first().is_some_and(u8::is_ascii_alphabetic);
        if begins_with_a_number || !header.iter().all(words) {
            return Ok(0..bytes.len());
        }
        self.check_header(&header).map_err(|fault| source.fault_in_line(1, fault))?;
        Ok((line.len() + 1).min(bytes.len())..bytes.len())
    }

    fn check_header(&self, header: &[&[u8]]) -> Result<(), Fault> {
        let names: Vec<String> = header.iter().map(|c| show(c)).collect();
        let right = |(slot, name): (&Slot, &String)| match (slot, role_of(name)) {
            (Slot::Time, role) => matches!(role, Some(Role::Time(_))),
            (Slot::Price(a), Some(Role::Price(b))) => *a == b,
            (Slot::Extra(a), Some(Role::Extra(b))) => *a == b,
            (Slot::Skip(_), role) => role == Some(Role::Nothing),
            _ => false,
        };
        if names.len() == self.slots.len() && self.slots.iter().zip(&names).all(right) {
            return Ok(());
        }
        let needed: Vec<_> = self.slots.iter().map(|s| s.name()).collect();
        let what = format!("the columns are `{}`", names.join(","));
        let cure = format!(
            "a {} file has `{}`; for others use `--format csv`",
            self.name,
            needed.join(",")
        );
        Err(Fault::new(what).cure(cure))
    }

    /// The rows of one chunk, or the offset of the line that is wrong and what is wrong with it.
    fn rows(&self, chunk: &[u8], unit: Unit) -> Result<Rows, (usize, Misplaced)> {
        let line = chunk.iter().position(|b| *b == b'\n').unwrap_or(chunk.len()).max(1);
        let mut rows = Rows::new(self.n_values(), chunk.len() / line + 16);
        let mut values = [f64::NAN; WIDEST];
        let mut at = 0;
        while at < chunk.len() {
            if let Some((ts, length)) = self.fast_row(&chunk[at..], unit, &mut values) {
                rows.push(ts, &values);
                at += length;
                continue;
            }
            let line = chunk[at..].split(|b| *b == b'\n').next().unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                let (ts, values) = self.slow_row(line, unit).map_err(|place| (at, place))?;
                rows.push(ts, &values);
            }
            at += line.len() + 1;
        }
        Ok(rows)
    }

    /// One line in the usual form, and its length with the line end.
    #[inline]
    fn fast_row(&self, text: &[u8], unit: Unit, values: &mut [f64; WIDEST]) -> Option<(Ts, usize)> {
        let (value, mut at) = leading_integer(text)?;
        if Unit::of(value) != unit {
            return None;
        }
        let ts = unit.instant(value)?;
        let mut n = 0;
        for slot in &self.slots[1..] {
            if *text.get(at)? != b',' {
                return None;
            }
            at += 1;
            if let Slot::Skip(_) = slot {
                // They are integers, as a rule: eight bytes at a time.
                at = leading_digits(text, at, 0).1;
                let end = |b: &u8| matches!(b, b',' | b'\n' | b'\r');
                at += text[at..].iter().position(end).unwrap_or(text.len() - at);
            } else {
                let (value, length) = leading_decimal(&text[at..])?;
                values[n] = value;
                n += 1;
                at += length;
            }
        }
        match &text[at..] {
            [] => Some((ts, at)),
            [b'\n', ..] => Some((ts, at + 1)),
            [b'\r', b'\n', ..] => Some((ts, at + 2)),
            _ => None,
        }
    }

    /// The same with blanks, quotes, missing extras; and with reasons.
    #[cold]
    fn slow_row(&self, line: &[u8], unit: Unit) -> Result<(Ts, [f64; WIDEST]), Misplaced> {
        let n_cells = cells(line).count();
        if n_cells != self.slots.len() {
            let needed = self.slots.len();
            let what = format!("has {n_cells} columns, where a {} has {needed}", self.name);
            return Err(Misplaced { column: None, fault: Fault::new(what) });
        }
        let (mut ts, mut values, mut n) = (Ts(0), [f64::NAN; WIDEST], 0);
        for (column, (slot, cell)) in self.slots.iter().zip(cells(line)).enumerate() {
            let place = |fault| Misplaced { column: Some(column), fault };
            match slot {
                Slot::Skip(_) => continue,
                Slot::Time => {
                    ts = time(cell, unit).map_err(place)?;
                    continue;
                }
                Slot::Extra(_) if is_missing(cell) => {}
                Slot::Price(_) | Slot::Extra(_) => values[n] = decimal(cell).map_err(place)?,
            }
            n += 1;
        }
        Ok((ts, values))
    }

    fn failure(&self, source: &Source, at: usize, place: Misplaced) -> Failure {
        let line = 1 + source.bytes[..at].iter().filter(|b| **b == b'\n').count();
        let unfinished = !source.bytes[at..].contains(&b'\n');
        let Misplaced { column, mut fault } = place;
        if unfinished && column.is_none() {
            fault = fault.cure("the file looks cut off: download it again");
        }
        match column {
            Some(column) => source.fault_in_cell(line, (column, self.slots[column].name()), fault),
            None => source.fault_in_line(line, fault),
        }
    }

    fn n_values(&self) -> usize {
        self.slots.iter().filter(|s| matches!(s, Slot::Price(_) | Slot::Extra(_))).count()
    }

    fn join(&self, parts: &[Rows]) -> Columns {
        // Of the length it will have: a column that grows is copied again and again.
        let n_rows = parts.iter().map(|p| p.ts.len()).sum();
        let mut ts = Vec::with_capacity(n_rows);
        parts.iter().for_each(|p| ts.extend_from_slice(&p.ts));
        let column = |k: usize| {
            let mut column = Vec::with_capacity(n_rows);
            parts.iter().for_each(|p| column.extend_from_slice(&p.values[k]));
            column
        };
        let values = (0..self.n_values()).into_par_iter().map(column).collect();
        let extra = self.slots.iter().filter(|s| matches!(s, Slot::Extra(_)));
        Rows { ts, values }.into_columns(extra.map(|s| s.name().to_owned()))
    }
}

impl Slot {
    fn name(self) -> &'static str {
        match self {
            Self::Time => "open_time",
            Self::Price(index) => PRICES[index],
            Self::Extra(name) | Self::Skip(name) => name,
        }
    }
}

#[derive(Debug)]
struct Misplaced {
    column: Option<usize>,
    fault: Fault,
}

/// Of the first line that is not blank; a line without one is found out when it is read.
fn first_unit(data: &[u8]) -> Unit {
    let first = data.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty());
    let time = cells(first.unwrap_or_default()).next().and_then(leading_integer);
    time.map_or(Unit::Seconds, |(value, _)| Unit::of(value))
}

fn time(cell: &[u8], unit: Unit) -> Result<Ts, Fault> {
    match leading_integer(cell) {
        Some((value, end)) if end == cell.len() => epoch(unit, value),
        _ => Err(Fault::new(format!("`{}` is not an epoch time", show(cell)))),
    }
}

/// Without blanks and quotes around; no quoted separators occur in these files.
fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| *b == b',').map(|cell| {
        let cell = cell.trim_ascii();
        cell.strip_prefix(b"\"").and_then(|c| c.strip_suffix(b"\"")).unwrap_or(cell)
    })
}

/// About equal ranges that end at line ends.
fn chunks(bytes: &[u8], data: Range<usize>) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = data.start;
    while start < data.end {
        let about = (start + CHUNK).min(data.end);
        let end = bytes[about..data.end].iter().position(|b| *b == b'\n');
        let end = end.map_or(data.end, |n| about + n + 1);
        chunks.push(start..end);
        start = end;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "open_time,open,high,low,close,volume,close_time,quote_volume,count,\
                          taker_buy_volume,taker_buy_quote_volume,ignore\n";
    const FIRST: &str = "1735689600000,93576.00,93610.93,93537.5,93610.93,8.21,1735689899999,\
                         768978.3,2631,4.95,463531.2,0";
    const SECOND: &str = "1735689900000,93610.93,93652,93606.2,93652.0,12.5,1735690199999,\
                          1170000.1,3000,6,561000.25,0";

    fn read(form: FixedForm, text: &str) -> Result<Columns, String> {
        let source = Source::new("f.csv", text.into()).unwrap();
        form.read(&source).map(|(columns, _)| columns).map_err(|failure| failure.message)
    }

    #[test]
    fn klines_are_read_with_and_without_a_header_and_in_either_unit() {
        let plain = read(BINANCE, &format!("{FIRST}\n{SECOND}\n")).unwrap();
        assert_eq!(plain.ts[1].to_string(), "2025-01-01 00:05");
        assert_eq!(plain.open, [93576.0, 93610.93]);
        assert_eq!(plain.low, [93537.5, 93606.2]);
        assert_eq!(plain.volume, [8.21, 12.5]);
        assert_eq!(plain.extra["quote_volume"], [768978.3, 1170000.1]);
        assert_eq!(plain.extra["count"], [2631.0, 3000.0]);
        assert_eq!(plain.extra["taker_buy_volume"], [4.95, 6.0]);
        assert_eq!(plain.extra["taker_buy_quote_volume"], [463531.2, 561000.25]);
        assert_eq!(plain.extra.len(), 4);
        let variants = [
            format!("{HEADER}{FIRST}\n{SECOND}"),
            format!("{FIRST}\r\n{SECOND}\r\n\r\n"),
            format!("{FIRST}\n\n{SECOND}").replace("00000,", "00000000,"),
            format!("\u{feff}{FIRST}\n {}\n", SECOND.replace(',', " , ")),
            format!("{FIRST}\n{}", SECOND.replace("93652.0,", "\"93652.0\",")),
        ];
        for text in variants {
            assert_eq!(read(BINANCE, &text), Ok(plain.clone()), "{text}");
        }
    }

    #[test]
    fn kraken_has_seconds_and_trades() {
        let columns = read(KRAKEN, "1704067200,1,3,0.5,2,10.5,7\n1704067500,2,2,2,2,0,0").unwrap();
        assert_eq!(columns.ts[1].to_string(), "2024-01-01 00:05");
        assert_eq!(columns.close, [2.0, 2.0]);
        assert_eq!(columns.extra["count"], [7.0, 0.0]);
    }

    #[test]
    fn rows_keep_their_order_across_chunks_and_the_first_fault_is_told() {
        let n = 3 * CHUNK / FIRST.len();
        let line =
            |i: usize| format!("{},1,2,1,1.5,{i},0,0,1,0,0,0\n", 1_735_689_600_000 + i * 60_000);
        let text: String = (0..n).map(line).collect();
        let columns = read(BINANCE, &text).unwrap();
        assert_eq!(columns.len(), n);
        assert!(columns.volume.iter().enumerate().all(|(i, v)| *v == i as f64));
        let worse = text.replace(&line(n / 2), "x\n").replace(&line(n - 9), "y\n");
        let place = format!("`f.csv`, line {}: has 1 columns", n / 2 + 1);
        assert!(read(BINANCE, &worse).unwrap_err().starts_with(&place));
    }

    #[test]
    fn a_missing_extra_is_a_missing_value_but_a_missing_price_is_a_fault() {
        let columns = read(BINANCE, &FIRST.replace(",2631,", ",,")).unwrap();
        assert!(columns.extra["count"][0].is_nan());
        assert_eq!(columns.extra["taker_buy_volume"], [4.95]);
        let message = read(BINANCE, &FIRST.replace(",93537.5,", ",,")).unwrap_err();
        assert_eq!(
            message,
            "`f.csv`, line 1, column 4 (`low`): is empty, where a number is needed"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
            cut in 0usize..200,
        ) {
            for bytes in [bytes.clone(), [&FIRST.as_bytes()[..cut.min(FIRST.len())], &bytes].concat()] {
                if let Ok(source) = Source::new("f", bytes) {
                    let _ = (BINANCE.read(&source), KRAKEN.read(&source));
                }
            }
        }
    }
}
