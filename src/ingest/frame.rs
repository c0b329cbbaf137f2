//! Parquet and feather (Arrow IPC) files of other tools.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::{
    Column, DataFrame, DataType, IpcReader, ParquetReader, PolarsError, SerReader, Series, TimeUnit,
};

use super::instant::Clock;
use super::plan::{Book, Plan};
use super::series::{Part, Reading, Rows};
use super::source::{Fault, Source};
use super::{ReadOptions, footer};
use crate::failure::Failure;
use crate::units::{DAY_US, Ts};

/// The two kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Parquet,
    Feather,
}

pub(super) fn read(source: &Source, kind: Kind, options: &ReadOptions) -> Result<Reading, Failure> {
    kind.check_ends(source)?;
    let names = decoded(source, kind, || kind.names(&source.bytes))?;
    let plan = Plan::new(&names, &options.columns).map_err(|fault| source.fault(fault))?;
    let wanted = wanted(&plan).into_iter().map(|index| names[index].clone()).collect();
    let frame = decoded(source, kind, || kind.frame(&source.bytes, wanted))?;
    let mut clock = Clock::new(options.time_format.as_deref(), options.time_zone.as_deref())?;
    let frame = Frame { source, frame: &frame, names: &names };
    let ts = frame.times(plan.time, &mut clock)?;
    let parts = match plan.symbol {
        Some(column) => frame.by_symbol(&plan.books[0], column, &ts)?,
        None => plan.books.iter().map(|b| frame.part(b, &ts)).collect::<Result<_, _>>()?,
    };
    Ok(Reading { parts, ignored: plan.ignored, doubts: clock.doubts().collect() })
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Feather => "feather (Arrow IPC)",
        }
    }

    /// Both formats begin and end with their name, and keep their description at the end.
    fn check_ends(self, source: &Source) -> Result<(), Failure> {
        let mark: &[u8] = match self {
            Self::Parquet => b"PAR1",
            Self::Feather => b"ARROW1",
        };
        let bytes = &source.bytes;
        let ended = bytes.len() > 2 * mark.len() && bytes.ends_with(mark);
        if !bytes.starts_with(mark) {
            return Err(source.fault(Fault::new(format!("is no {} file", self.name()))));
        }
        if !ended {
            let fault = Fault::new("is cut off: its end is missing");
            return Err(source.fault(fault.cure("make or download it again")));
        }
        if self == Self::Parquet && !footer::is_sound(bytes) {
            let fault = Fault::new("is damaged: its footer does not hold together");
            return Err(source.fault(fault.cure("make or download it again")));
        }
        Ok(())
    }

    fn names(self, bytes: &[u8]) -> Result<Vec<String>, PolarsError> {
        let schema = match self {
            Self::Parquet => ParquetReader::new(Cursor::new(bytes)).schema()?,
            Self::Feather => IpcReader::new(Cursor::new(bytes)).schema()?,
        };
        Ok(schema.iter_names().map(ToString::to_string).collect())
    }

    fn frame(self, bytes: &[u8], columns: Vec<String>) -> Result<DataFrame, PolarsError> {
        let columns = Some(columns);
        match self {
            Self::Parquet => ParquetReader::new(Cursor::new(bytes)).with_columns(columns).finish(),
            Self::Feather => IpcReader::new(Cursor::new(bytes)).with_columns(columns).finish(),
        }
    }
}

/// The decoders panic on some kinds of damage, and on types they were built without.
fn decoded<T>(
    source: &Source,
    kind: Kind,
    decode: impl FnOnce() -> Result<T, PolarsError>,
) -> Result<T, Failure> {
    let why = match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string().lines().next().unwrap_or_default().to_owned(),
        Err(_) => "its content does not fit its description".to_owned(),
    };
    let what = format!("cannot be read as {}: {why}", kind.name());
    Err(source
        .fault(Fault::new(what).cure(
            "is it damaged? if not, save its columns as float64, int64, text and timestamps",
        )))
}

fn wanted(plan: &Plan) -> Vec<usize> {
    let books = plan.books.iter().flat_map(cells);
    let mut wanted: Vec<usize> =
        books.chain(plan.symbol).chain([plan.time.0]).chain(plan.time.1).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn cells(book: &Book) -> impl Iterator<Item = usize> {
    book.prices.iter().copied().chain(book.extra.iter().map(|(_, index)| *index))
}

struct Frame<'a> {
    source: &'a Source,
    frame: &'a DataFrame,
    names: &'a [String],
}

impl Frame<'_> {
    fn column(&self, index: usize) -> Result<&Series, Failure> {
        let column = self.frame.column(&self.names[index]).map(Column::as_materialized_series);
        column.map_err(|e| self.source.fault(Fault::new(format!("cannot be read: {e}"))))
    }

    fn unfit(&self, index: usize, series: &Series, needed: &str) -> Failure {
        let (name, dtype) = (&self.names[index], series.dtype());
        let what = format!("has `{name}` as `{dtype}`, where {needed} are needed");
        self.source.fault(Fault::new(what))
    }

    fn fault_in_row(&self, row: usize, index: usize, fault: Fault) -> Failure {
        let what = format!("has a bad `{}` in row {}: {}", self.names[index], row + 1, fault.what);
        self.source.fault(Fault { what, ..fault })
    }

    /// Missing values become NaN.
    fn numbers(&self, index: usize) -> Result<Vec<f64>, Failure> {
        let series = self.column(index)?;
        let unfit = || self.unfit(index, series, "numbers");
        if !series.dtype().is_primitive_numeric() {
            return Err(unfit());
        }
        let cast = series.cast(&DataType::Float64).map_err(|_| unfit())?;
        let values = cast.f64().map_err(|_| unfit())?;
        Ok(values.iter().map(|v| v.unwrap_or(f64::NAN)).collect())
    }

    fn times(
        &self,
        columns: (usize, Option<usize>),
        clock: &mut Clock,
    ) -> Result<Vec<Ts>, Failure> {
        let (index, time_of_day) = columns;
        let series = self.column(index)?;
        let unfit = || self.unfit(index, series, "times");
        let missing = || Fault::new("is empty, where a time is needed");
        if series.dtype() == &DataType::String {
            let times = self.texts(index)?;
            let of_day = time_of_day.map(|column| self.texts(column)).transpose()?;
            let read = |(row, text): (usize, Option<String>)| {
                let of_day = of_day.as_ref().and_then(|texts| texts[row].as_deref());
                let text = text.map(|t| of_day.map_or(t.clone(), |of_day| format!("{t} {of_day}")));
                let ts = text.ok_or_else(missing).and_then(|text| clock.read(text.as_bytes()));
                ts.map_err(|fault| self.fault_in_row(row, index, fault))
            };
            return times.into_iter().enumerate().map(read).collect();
        }
        let physical = series.to_physical_repr().cast(&DataType::Int64).map_err(|_| unfit())?;
        let counts = physical.i64().map_err(|_| unfit())?;
        let instant = |count: i64, clock: &mut Clock| match series.dtype() {
            DataType::Datetime(unit, zone) => civil(count, *unit, zone.is_some(), clock),
            DataType::Date => civil(count * DAY_US, TimeUnit::Microseconds, false, clock),
            _ => clock.epoch(count),
        };
        if !(series.dtype().is_primitive_numeric() || series.dtype().is_temporal()) {
            return Err(unfit());
        }
        let read = |(row, count): (usize, Option<i64>)| {
            let ts = count.ok_or_else(missing).and_then(|count| instant(count, clock));
            ts.map_err(|fault| self.fault_in_row(row, index, fault))
        };
        counts.iter().enumerate().map(read).collect()
    }

    fn texts(&self, index: usize) -> Result<Vec<Option<String>>, Failure> {
        let series = self.column(index)?;
        let unfit = || self.unfit(index, series, "texts");
        let is_text = matches!(series.dtype(), DataType::String) || series.dtype().is_categorical();
        let series = if is_text { series.cast(&DataType::String) } else { return Err(unfit()) };
        let series = series.map_err(|_| unfit())?;
        let texts = series.str().map_err(|_| unfit())?;
        Ok(texts.iter().map(|text| text.map(str::to_owned)).collect())
    }

    /// In wide files, rows in which a symbol has no values are no bars of it.
    fn part(&self, book: &Book, ts: &[Ts]) -> Result<Part, Failure> {
        let values = cells(book).map(|i| self.numbers(i)).collect::<Result<Vec<_>, _>>()?;
        let columns = Rows { ts: ts.to_vec(), values }.into_columns(extra_names(book));
        let is_bar = |row: &usize| {
            let here = |values: &[f64]| !values[*row].is_nan();
            columns.prices().iter().any(|(_, v)| here(v)) || columns.extra.values().any(|v| here(v))
        };
        let columns = match book.prefix {
            None => columns,
            Some(_) => columns.take(&(0..ts.len()).filter(is_bar).collect::<Vec<_>>()),
        };
        Ok(Part { said: book.prefix.clone(), columns })
    }

    fn by_symbol(&self, book: &Book, column: usize, ts: &[Ts]) -> Result<Vec<Part>, Failure> {
        let all = self.part(book, ts)?.columns;
        let mut rows = std::collections::BTreeMap::<String, Vec<usize>>::new();
        for (row, symbol) in self.texts(column)?.into_iter().enumerate() {
            rows.entry(symbol.unwrap_or_default()).or_default().push(row);
        }
        let part = |(said, rows): (String, Vec<usize>)| Part {
            said: Some(said),
            columns: all.take(&rows),
        };
        Ok(rows.into_iter().map(part).collect())
    }
}

fn extra_names(book: &Book) -> impl Iterator<Item = String> {
    book.extra.iter().map(|(name, _)| name.clone())
}

/// With a zone, a count from the epoch in UTC; without, a wall clock's time in the zone given.
fn civil(count: i64, unit: TimeUnit, has_zone: bool, clock: &mut Clock) -> Result<Ts, Fault> {
    let us = match unit {
        TimeUnit::Milliseconds => count.checked_mul(1000),
        TimeUnit::Microseconds => Some(count),
        TimeUnit::Nanoseconds => (count % 1000 == 0).then_some(count / 1000),
    };
    let bad = || Fault::new(format!("`{count}` is not a whole number of microseconds"));
    let us = us.ok_or_else(bad)?;
    if has_zone {
        return Ok(Ts(us));
    }
    let stamp = jiff::Timestamp::from_microsecond(us).map_err(Fault::new)?;
    clock.resolve(jiff::tz::Offset::UTC.to_datetime(stamp), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{
        IntoColumn, IpcCompression, IpcWriter, NamedFrom, ParquetWriter, SerWriter, TimeZone,
    };
    use proptest::prelude::*;

    /// As freqtrade has them: `date` in milliseconds of UTC.
    fn sample(extra: Vec<Column>) -> DataFrame {
        let ms = Series::new("date".into(), [1_735_689_600_000i64, 1_735_689_900_000]);
        let dtype = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
        let mut columns = vec![ms.cast(&dtype).unwrap().into_column()];
        for (name, value) in [("open", 1.0), ("high", 2.0), ("low", 0.5), ("close", 1.5)] {
            columns.push(Series::new(name.into(), [value, value]).into_column());
        }
        columns.push(Series::new("volume".into(), [3i64, 4]).into_column());
        columns.extend(extra);
        DataFrame::new_infer_height(columns).unwrap()
    }

    fn feather(mut frame: DataFrame) -> Vec<u8> {
        let mut bytes = Vec::new();
        let lz4 = Some(IpcCompression::LZ4);
        IpcWriter::new(&mut bytes).with_compression(lz4).finish(&mut frame).unwrap();
        bytes
    }

    fn parquet(mut frame: DataFrame) -> Vec<u8> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
        bytes
    }

    fn read_bytes(bytes: Vec<u8>, kind: Kind) -> Result<Reading, String> {
        let source = Source::new("f", bytes).unwrap();
        read(&source, kind, &ReadOptions::default()).map_err(|failure| failure.message)
    }

    #[test]
    fn freqtrades_compressed_feather_and_the_same_as_parquet_are_read_alike() {
        let a = read_bytes(feather(sample(vec![])), Kind::Feather).unwrap();
        let columns = &a.parts[0].columns;
        assert_eq!(columns.ts[1].to_string(), "2025-01-01 00:05");
        assert_eq!((columns.close[1], columns.volume[1]), (1.5, 4.0));
        assert_eq!(read_bytes(parquet(sample(vec![])), Kind::Parquet), Ok(a));
    }

    #[test]
    fn dates_are_midnights_and_symbols_divide_the_rows() {
        let mut frame = sample(vec![Series::new("symbol".into(), ["B", "A"]).into_column()]);
        let date = frame.column("date").unwrap().cast(&DataType::Date).unwrap();
        frame.with_column(date).unwrap();
        let parts = read_bytes(parquet(frame), Kind::Parquet).unwrap().parts;
        let said: Vec<_> = parts.iter().map(|p| p.said.as_deref().unwrap()).collect();
        assert_eq!(said, ["A", "B"]);
        assert_eq!(parts[0].columns.volume, [4.0]);
        assert_eq!(parts[0].columns.ts[0].to_string(), "2025-01-01 00:00");
    }

    #[test]
    fn what_is_unfit_is_named() {
        let mut frame = sample(vec![]);
        frame.with_column(Series::new("close".into(), ["a", "b"]).into_column()).unwrap();
        let said = read_bytes(parquet(frame), Kind::Parquet).unwrap_err();
        assert_eq!(said, "`f` has `close` as `str`, where numbers are needed");
        let mut frame = sample(vec![]);
        frame.with_column(Series::new("date".into(), [Some(1i64), None]).into_column()).unwrap();
        let said = read_bytes(parquet(frame), Kind::Parquet).unwrap_err();
        assert_eq!(said, "`f` has a bad `date` in row 2: is empty, where a time is needed");
        let said = read_bytes(parquet(sample(vec![]).drop("low").unwrap()), Kind::Parquet);
        assert_eq!(said.unwrap_err(), "`f` has no column for `low`");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(inner in prop::collection::vec(any::<u8>(), 0..400)) {
            let ended = |mark: &[u8]| {
                let length = u32::try_from(inner.len()).unwrap().to_le_bytes();
                [mark, &inner, &length, mark].concat()
            };
            for (kind, mark) in [(Kind::Parquet, &b"PAR1"[..]), (Kind::Feather, b"ARROW1")] {
                for bytes in [inner.clone(), [mark, &inner, mark].concat(), ended(mark)] {
                    if let Ok(source) = Source::new("f", bytes) {
                        prop_assert!(read(&source, kind, &ReadOptions::default()).is_err());
                    }
                }
            }
        }
    }
}
