//! Tables as Parquet: zstd, times as `timestamp[us, UTC]`, missing numbers as null.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Cursor, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use polars::prelude::{
    Column, DataFrame, DataType, Float32Chunked, Float64Chunked, Int64Chunked, IntoColumn,
    KeyValueMetadata, NewChunkedArray, ParquetReader, ParquetWriter, PolarsError, PolarsResult,
    SerReader, StringChunked, TimeUnit, TimeZone,
};

use super::seal::{self, Seal, Sealing};
use super::table::Loan;
use super::{Table, Values, write_atomic_with};
use crate::failure::Failure;
use crate::units::Ts;

/// What a file says of itself beside its columns.
pub(super) type Notes = BTreeMap<String, String>;

const SEAL: &str = "edgewalk.seal";

/// Writes a table; the same table gives the same bytes.
pub fn write_table(path: &Path, table: &Table) -> Result<(), Failure> {
    let columns: Vec<_> =
        table.columns().iter().map(|(name, values)| (name.as_str(), values.lend())).collect();
    write_noted(path, (&columns, table.n_rows()), Notes::new())
}

/// Reads back a table that [`write_table`] wrote: all its columns, or those named.
pub fn read_table(path: &Path, columns: Option<&[&str]>) -> Result<Table, Failure> {
    let bytes = read_sealed(path)?;
    decoded(path, || decode(bytes, columns))
}

const IDENTITY: &str = "edgewalk.identity";

/// As [`write_table`], with what the table is, in full, beside its content: a name is soon changed.
pub fn write_identified(path: &Path, table: &Table, identity: &str) -> Result<(), Failure> {
    let columns: Vec<_> =
        table.columns().iter().map(|(name, values)| (name.as_str(), values.lend())).collect();
    let notes = Notes::from([(IDENTITY.to_owned(), identity.to_owned())]);
    write_noted(path, (&columns, table.n_rows()), notes)
}

/// Reads back what [`write_identified`] wrote, if it is that.
pub fn read_identified(path: &Path, identity: &str) -> Result<Table, Failure> {
    let (table, notes) = read_noted(path)?;
    if notes.get(IDENTITY).is_none_or(|found| found != identity) {
        return Err(corrupt(path, "it is another table than its name says"));
    }
    Ok(table)
}

/// Columns on loan, each of so many rows.
pub(super) type Lent<'a> = (&'a [(&'a str, Loan<'a>)], usize);

pub(super) fn write_noted(path: &Path, table: Lent, notes: Notes) -> Result<(), Failure> {
    write_atomic_with(path, |out| encode(table, notes, out).map_err(io::Error::other))
}

pub(super) fn read_noted(path: &Path) -> Result<(Table, Notes), Failure> {
    let bytes = read_sealed(path)?;
    let notes = decoded(path, || notes_of(&bytes))?;
    Ok((decoded(path, || decode(bytes, None))?, notes))
}

pub(super) fn read_notes(path: &Path) -> Result<Notes, Failure> {
    let bytes = read_sealed(path)?;
    decoded(path, || notes_of(&bytes))
}

/// One of our own files is not what we wrote.
pub(super) fn corrupt(path: &Path, why: impl Display) -> Failure {
    Failure::world(format!("`{}` is corrupt: {why}", path.display()))
        .hint("delete it and make it anew")
}

pub(super) fn foreign(path: &Path) -> Failure {
    Failure::user(format!("`{}` was not written by edgewalk", path.display()))
        .hint("move it elsewhere and ingest it from there, so that it is checked")
}

/// The bytes of one of our own files, as they were written.
fn read_sealed(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).map_err(|e| Failure::io("read", path, &e))?;
    match seal::check(&bytes) {
        Seal::Whole => Ok(bytes),
        Seal::Broken => Err(corrupt(path, "its bytes are not those that were written")),
        Seal::Missing if is_parquet(&bytes) => Err(foreign(path)),
        Seal::Missing => Err(corrupt(path, "it is cut off, or no Parquet file at all")),
    }
}

fn is_parquet(bytes: &[u8]) -> bool {
    bytes.len() > 12 && bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1")
}

fn decoded<T>(path: &Path, read: impl FnOnce() -> Result<T, PolarsError>) -> Result<T, Failure> {
    read().map_err(|error| corrupt(path, error))
}

/// Rows in a group. A group is copied on its way out, so a wide table is not held twice.
const GROUP_ROWS: usize = 1 << 16;

/// Group by group, so that no second copy of the table is held, encoded or not.
fn encode((columns, n_rows): Lent, mut notes: Notes, out: &mut dyn Write) -> PolarsResult<()> {
    notes.insert(SEAL.to_owned(), seal::blank());
    let notes = KeyValueMetadata::from_static(notes.into_iter().collect());
    let at_end = AtomicBool::new(false);
    let mut sealing = Sealing::new(out, &at_end);
    let mut writer = ParquetWriter::new(&mut sealing)
        .with_key_value_metadata(Some(notes))
        .batched(frame(columns, 0..0)?.schema())?;
    for start in (0..n_rows).step_by(GROUP_ROWS) {
        let rows = start..(start + GROUP_ROWS).min(n_rows);
        writer.write_batch(&frame(columns, rows)?)?;
    }
    at_end.store(true, Ordering::Relaxed);
    writer.finish()?;
    drop(writer);
    Ok(sealing.close()?)
}

fn frame(columns: &[(&str, Loan)], rows: Range<usize>) -> Result<DataFrame, PolarsError> {
    let column = |(name, values): &(&str, Loan)| to_column(name, values.rows(rows.clone()));
    DataFrame::new(rows.len(), columns.iter().map(column).collect())
}

fn decode(bytes: Vec<u8>, columns: Option<&[&str]>) -> Result<Table, PolarsError> {
    let columns = columns.map(|names| names.iter().map(|&n| n.to_owned()).collect());
    let reader = ParquetReader::new(Cursor::new(bytes)).with_columns(columns).set_rechunk(true);
    let frame = reader.finish()?;
    let columns = frame.columns().iter().map(from_column).collect::<Result<_, _>>()?;
    Table::new(columns).map_err(|fault| wrong(fault.to_string()))
}

fn notes_of(bytes: &[u8]) -> Result<Notes, PolarsError> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata()?;
    let pairs = metadata.key_value_metadata().iter().flatten();
    Ok(pairs.filter_map(|p| Some((p.key.clone(), p.value.clone()?))).collect())
}

fn to_column(name: &str, values: Loan) -> Column {
    let name = name.into();
    match values {
        Loan::Ts(v) => Int64Chunked::from_iter_values(name, v.iter().map(|t| t.0))
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_column(),
        Loan::F64(v) if !v.iter().any(|x| x.is_nan()) => {
            Float64Chunked::from_slice(name, v).into_column()
        }
        Loan::F64(v) => {
            let known = |x: &f64| (!x.is_nan()).then_some(*x);
            Float64Chunked::from_iter_options(name, v.iter().map(known)).into_column()
        }
        Loan::F32(v) if !v.iter().any(|x| x.is_nan()) => {
            Float32Chunked::from_slice(name, v).into_column()
        }
        Loan::F32(v) => {
            let known = |x: &f32| (!x.is_nan()).then_some(*x);
            Float32Chunked::from_iter_options(name, v.iter().map(known)).into_column()
        }
        Loan::I64(v) => Int64Chunked::from_slice(name, v).into_column(),
        Loan::Whole(v) => {
            Int64Chunked::from_iter_values(name, v.iter().map(|x| *x as i64)).into_column()
        }
        Loan::Text(v) => StringChunked::from_slice(name, v).into_column(),
    }
}

fn from_column(column: &Column) -> Result<(String, Values), PolarsError> {
    let (name, series) = (column.name().to_string(), column.as_materialized_series());
    let n_null = series.null_count();
    let floats = matches!(series.dtype(), DataType::Float64 | DataType::Float32);
    if n_null > 0 && !floats {
        return Err(wrong(format!("column `{name}` has {n_null} nulls")));
    }
    let values = match series.dtype() {
        DataType::Datetime(TimeUnit::Microseconds, Some(_)) => {
            Values::Ts(series.to_physical_repr().i64()?.iter().flatten().map(Ts).collect())
        }
        DataType::Float64 => {
            Values::F64(series.f64()?.iter().map(|v| v.unwrap_or(f64::NAN)).collect())
        }
        DataType::Float32 => {
            Values::F32(series.f32()?.iter().map(|v| v.unwrap_or(f32::NAN)).collect())
        }
        DataType::Int64 => Values::I64(series.i64()?.iter().flatten().collect()),
        DataType::String => {
            Values::Text(series.str()?.iter().flatten().map(str::to_owned).collect())
        }
        other => return Err(wrong(format!("column `{name}` has type `{other}`"))),
    };
    Ok((name, values))
}

fn wrong(why: String) -> PolarsError {
    PolarsError::ComputeError(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Mender;
    use crate::store::write_atomic;

    fn sample() -> Table {
        Table::new(vec![
            ("ts".into(), Values::Ts(vec![Ts(-1), Ts(1_704_067_500_000_000), Ts(i64::MAX)])),
            ("a".into(), Values::F64(vec![0.1, f64::NAN, f64::NEG_INFINITY])),
            ("b".into(), Values::F32(vec![f32::NAN, 0.2, -0.0])),
            ("n".into(), Values::I64(vec![i64::MIN, 0, 7])),
            ("why".into(), Values::Text(vec!["é, \"".into(), String::new(), "x".repeat(99)])),
        ])
        .unwrap()
    }

    #[test]
    fn a_table_comes_back_as_it_was_written_and_always_as_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a.parquet"), dir.path().join("b.parquet"));
        write_table(&a, &sample()).unwrap();
        write_table(&b, &sample()).unwrap();
        assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
        let back = read_table(&a, None).unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", sample()));
        let some = read_table(&a, Some(&["n", "ts"])).unwrap();
        assert_eq!(some.column("n"), sample().column("n"));
        assert_eq!(some.columns().len(), 2);
    }

    #[test]
    fn a_table_without_rows_or_columns_is_a_file_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        let empty = Table::new(vec![("a".into(), Values::F64(vec![]))]).unwrap();
        for table in [empty, Table::default()] {
            write_table(&path, &table).unwrap();
            assert_eq!(read_table(&path, None).unwrap(), table);
        }
    }

    #[test]
    fn a_table_under_the_name_of_another_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        write_identified(&path, &sample(), "this one").unwrap();
        let back = read_identified(&path, "this one").unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", sample()));
        let failure = read_identified(&path, "that one").unwrap_err();
        assert!(failure.message.ends_with("is corrupt: it is another table than its name says"));
        write_table(&path, &sample()).unwrap();
        assert!(read_identified(&path, "this one").is_err());
    }

    #[test]
    fn a_damaged_table_is_named_and_is_the_worlds_fault() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        write_table(&path, &sample()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for bytes in [&whole[..whole.len() / 2], b"PAR1", b"", b"no parquet at all"] {
            write_atomic(&path, bytes).unwrap();
            let failure = read_table(&path, None).unwrap_err();
            assert_eq!(failure.mender, Mender::World);
            assert!(failure.message.contains("a.parquet` is corrupt: "), "{failure}");
        }
    }
}
