//! CSV with a header: one symbol, one in each row, or one in each group of columns.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use super::ReadOptions;
use super::cut::check_end;
use super::doubt::Doubt;
use super::head::Head;
use super::instant::Clock;
use super::number::{decimal, is_missing};
use super::plan::{Book, Plan};
use super::role::PRICES;
use super::series::{Part, Reading, Rows};
use super::source::{Fault, Source};
use crate::failure::Failure;
use crate::units::Ts;

pub(super) fn read(source: &Source, options: &ReadOptions) -> Result<Reading, Failure> {
    let head = Head::of(source, options.delimiter)?;
    let plan = plan(source, &head, options)?;
    let clock = Clock::new(options.time_format.as_deref(), options.time_zone.as_deref())?;
    let mut filler = Filler::new(source, &head, &plan, clock);
    let data = &source.bytes[head.data_start..];
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(head.delimiter)
        .from_reader(data);
    let mut record = ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|e| source.fault(Fault::new(format!("cannot be read as CSV: {e}"))))?
    {
        let position = reader.position();
        let end = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(data.len());
        // The reader may or may not have passed the line end already.
        let passed = usize::from(data[..end].ends_with(b"\n"));
        let line = head.n_lines + usize::try_from(position.line()).unwrap_or(0) - passed;
        filler.fill(&record, line)?;
    }
    let last = head.names.len().saturating_sub(1);
    if plan.reads(last) {
        let column = (last, head.names[last].as_str());
        let last = check_end(source, (head.data_start, head.delimiter), column)?;
        return Ok(filler.into_reading(last));
    }
    Ok(filler.into_reading(None))
}

fn plan(source: &Source, head: &Head, options: &ReadOptions) -> Result<Plan, Failure> {
    if !head.has_names && options.columns.is_empty() {
        let fault = Fault::new("has no header line that names its columns");
        return Err(source.fault(
            fault.cure("add one, or number them: `--column time=1 --column open=2` and so on"),
        ));
    }
    Plan::new(&head.names, &options.columns).map_err(|fault| source.fault(fault))
}

/// Puts rows where they belong.
struct Filler<'a> {
    source: &'a Source,
    head: &'a Head,
    plan: &'a Plan,
    clock: Clock,
    /// One for each book; where rows name their symbol, one for each symbol.
    filled: Vec<Rows>,
    symbols: BTreeMap<Vec<u8>, usize>,
    values: Vec<f64>,
    joined: Vec<u8>,
}

impl<'a> Filler<'a> {
    fn new(source: &'a Source, head: &'a Head, plan: &'a Plan, clock: Clock) -> Self {
        let filled = match plan.symbol {
            Some(_) => Vec::new(),
            None => plan.books.iter().map(|book| Rows::new(n_values(book), 0)).collect(),
        };
        let (symbols, values, joined) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { source, head, plan, clock, filled, symbols, values, joined }
    }

    fn fill(&mut self, record: &ByteRecord, line: usize) -> Result<(), Failure> {
        let n_names = self.head.names.len();
        // Some tools end each row of data with a separator.
        let spare = record.len() == n_names + 1 && record[n_names].is_empty();
        if record.len() != n_names && !spare {
            return Err(self.wrong_width(record.len(), line));
        }
        let ts = self.time(record, line)?;
        for (index, book) in self.plan.books.iter().enumerate() {
            if book.prefix.is_some() && cells(book).all(|i| is_missing(record[i].trim_ascii())) {
                continue;
            }
            self.read_values(record, line, book)?;
            let index = match self.plan.symbol {
                Some(column) => self.rows_of(record[column].trim_ascii(), book),
                None => index,
            };
            self.filled[index].push(ts, &self.values);
        }
        Ok(())
    }

    fn time(&mut self, record: &ByteRecord, line: usize) -> Result<Ts, Failure> {
        let (column, time_of_day) = self.plan.time;
        let cell = match time_of_day {
            None => record[column].trim_ascii(),
            Some(time) => {
                self.joined.clear();
                self.joined.extend_from_slice(record[column].trim_ascii());
                self.joined.push(b' ');
                self.joined.extend_from_slice(record[time].trim_ascii());
                &self.joined
            }
        };
        let read = self.clock.read(cell);
        read.map_err(|fault| self.source.fault_in_cell(line, self.column(column), fault))
    }

    fn read_values(
        &mut self,
        record: &ByteRecord,
        line: usize,
        book: &Book,
    ) -> Result<(), Failure> {
        self.values.clear();
        for (place, column) in cells(book).enumerate() {
            let cell = record[column].trim_ascii();
            let value = match place >= PRICES.len() && is_missing(cell) {
                true => Ok(f64::NAN),
                false => decimal(cell),
            };
            self.values
                .push(value.map_err(|fault| {
                    self.source.fault_in_cell(line, self.column(column), fault)
                })?);
        }
        Ok(())
    }

    fn rows_of(&mut self, symbol: &[u8], book: &Book) -> usize {
        if let Some(&index) = self.symbols.get(symbol) {
            return index;
        }
        self.filled.push(Rows::new(n_values(book), 0));
        self.symbols.insert(symbol.to_owned(), self.filled.len() - 1);
        self.filled.len() - 1
    }

    fn column(&self, index: usize) -> (usize, &str) {
        (index, &self.head.names[index])
    }

    fn wrong_width(&self, found: usize, line: usize) -> Failure {
        let needed = self.head.names.len();
        let first = if self.head.has_names { "header" } else { "first line" };
        let what = format!("has {found} columns, where the {first} has {needed}");
        let last = self.head.n_lines
            + self.source.bytes[self.head.data_start..].split(|b| *b == b'\n').count();
        let mut fault = Fault::new(what);
        if line == last {
            fault = fault.cure("the file looks cut off: download it again");
        }
        self.source.fault_in_line(line, fault)
    }

    /// `last`: the number that the file ends in.
    fn into_reading(self, last: Option<String>) -> Reading {
        let last = self.clock.last().zip(last).map(|(at, number)| Doubt::unended(at, &number));
        let doubts = self.clock.doubts().chain(last).collect();
        let said: Vec<Option<String>> = match self.plan.symbol {
            None => self.plan.books.iter().map(|b| b.prefix.clone()).collect(),
            Some(_) => {
                let mut said = vec![None; self.filled.len()];
                for (symbol, index) in &self.symbols {
                    said[*index] = Some(String::from_utf8_lossy(symbol).into_owned());
                }
                said
            }
        };
        // With a symbol column there is one book, and every part has its columns.
        let books = self.plan.books.iter().cycle();
        let parts = self.filled.into_iter().zip(said).zip(books).map(|((rows, said), book)| {
            let extra = book.extra.iter().map(|(name, _)| name.clone());
            Part { said, columns: rows.into_columns(extra) }
        });
        Reading { parts: parts.collect(), ignored: self.plan.ignored.clone(), doubts }
    }
}

fn cells(book: &Book) -> impl Iterator<Item = usize> {
    book.prices.iter().copied().chain(book.extra.iter().map(|(_, index)| *index))
}

fn n_values(book: &Book) -> usize {
    PRICES.len() + book.extra.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_with(text: &str, options: &ReadOptions) -> Result<Reading, String> {
        read(&Source::new("f.csv", text.into()).unwrap(), options).map_err(|f| f.message)
    }

    fn read_text(text: &str) -> Result<Reading, String> {
        read_with(text, &ReadOptions::default())
    }

    #[test]
    fn date_and_time_apart_make_one_instant() {
        let text = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n\
                    2024.01.02\t09:05\t1.5\t2\t1\t1.25\t30\t7\t12\r\n";
        let columns = &read_text(text).unwrap().parts[0].columns;
        assert_eq!(columns.ts[0].to_string(), "2024-01-02 09:05");
        assert_eq!((columns.close[0], columns.volume[0]), (1.25, 7.0));
        assert_eq!(columns.extra["tick_volume"], [30.0]);
    }

    #[test]
    fn the_separator_and_the_unit_of_times_can_be_told() {
        let text = "ts|open|high|low|close|volume\n300000|1,5|1|1|1|0\n";
        let time_format = Some("ms".to_owned());
        let options = ReadOptions { delimiter: Some(b'|'), time_format, ..ReadOptions::default() };
        let message = read_with(text, &options).unwrap_err();
        assert_eq!(message, "`f.csv`, line 2, column 2 (`open`): `1,5` is not a number");
        let columns = &read_with(&text.replace("1,5", "1"), &options).unwrap().parts[0].columns;
        assert_eq!(columns.ts[0].to_string(), "1970-01-01 00:05");
    }

    #[test]
    fn what_is_not_brought_in_is_told() {
        let text = "timestamp;Open;High;Low;Close;Volume;sma_20;trades\n\
                    2024-01-01T00:00Z;1;1;1;1;0;9;\n";
        let reading = read_text(text).unwrap();
        assert_eq!(reading.ignored, ["sma_20"]);
        assert!(reading.parts[0].columns.extra["count"][0].is_nan());
    }

    #[test]
    fn in_a_wide_file_empty_cells_are_no_bars() {
        let text = "time,BTC_open,BTC_high,BTC_low,BTC_close,BTC_volume,\
                    ETH_open,ETH_high,ETH_low,ETH_close,ETH_volume\n\
                    2024-01-01,1,1,1,1,5,,,,,\n2024-01-02,2,2,2,2,6,7,7,7,7,nan\n";
        let message = read_text(text).unwrap_err();
        assert_eq!(message, "`f.csv`, line 3, column 11 (`ETH_volume`): `nan` is not a number");
        let reading = read_text(&text.replace("nan", "8")).unwrap();
        let said: Vec<_> = reading.parts.iter().map(|p| p.said.as_deref().unwrap()).collect();
        assert_eq!(said, ["BTC", "ETH"]);
        assert_eq!(reading.parts[0].columns.volume, [5.0, 6.0]);
        assert_eq!(reading.parts[1].columns.volume, [8.0]);
        assert_eq!(reading.parts[1].columns.ts[0].to_string(), "2024-01-02 00:00");
    }

    #[test]
    fn a_file_without_a_header_is_read_by_numbers() {
        let text = "20240102 170000;1.1;1.2;1.0;1.15;3\n20240102 170100;1.1;1.2;1.0;1.15;4\n";
        let message = read_text(text).unwrap_err();
        assert_eq!(message, "`f.csv` has no header line that names its columns");
        let numbers = [("time", "1"), ("open", "2"), ("high", "3"), ("low", "4"), ("close", "5")];
        let mut columns: BTreeMap<_, _> = numbers.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        columns.insert("volume".into(), "6".into());
        let zone = Some("America/New_York".to_owned());
        let options = ReadOptions { columns, time_zone: zone, ..ReadOptions::default() };
        let columns = &read_with(text, &options).unwrap().parts[0].columns;
        assert_eq!(columns.ts[1].to_string(), "2024-01-02 22:01");
        assert_eq!(columns.volume, [3.0, 4.0]);
    }

    #[test]
    fn a_fault_is_placed_whatever_the_line_ends() {
        for end in ["\n", "\r\n", "\n\n", "\r\n\r\n"] {
            let lines = ["# made by hand", "date,open,high,low,close,volume"];
            let rows = ["2024-01-01,1,1,1,1,1", "2024-01-02,1,1,x,1,1", "2024-01-03,1,1,1,1,1"];
            let text = [&lines[..], &rows[..]].concat().join(end);
            let line = 1 + text.split('\n').position(|l| l.contains('x')).unwrap();
            let message = read_text(&text).unwrap_err();
            let place = format!("`f.csv`, line {line}, column 4 (`low`): `x` is not a number");
            assert_eq!(message, place, "{end:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            text in "([0-9:.,;\"\n\t -]|time|open|high|low|close|volume|BTC_|,){0,60}",
        ) {
            let header = b"date,open,high,low,close,volume\n2024-01-01,";
            for bytes in [bytes.clone(), text.into_bytes(), [&header[..], &bytes].concat()] {
                if let Ok(source) = Source::new("f", bytes) {
                    let _ = read(&source, &ReadOptions::default());
                }
            }
        }
    }
}
