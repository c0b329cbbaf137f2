//! The same table as text, for those who want to look.

use std::io::{self, Write};
use std::path::Path;

use super::{Table, Values, write_atomic_with};
use crate::failure::Failure;
use crate::units::Ts;

/// Writes the table as CSV: times in ISO form (UTC), numbers in the shortest form that reads back
/// as the same number, nothing where a number is missing.
pub fn write_csv(path: &Path, table: &Table) -> Result<(), Failure> {
    write_atomic_with(path, |out| write_rows(out, table))
}

/// The same bytes, for standard output.
pub fn csv_text(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    write_rows(out, table)
}

fn write_rows(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(table.columns().iter().map(|(name, _)| name)).map_err(unwrapped)?;
    let mut cell = Vec::with_capacity(32);
    for row in 0..table.n_rows() {
        for (_, values) in table.columns() {
            cell.clear();
            write_cell(&mut cell, values, row)?;
            writer.write_field(&cell).map_err(unwrapped)?;
        }
        writer.write_record(None::<&[u8]>).map_err(unwrapped)?;
    }
    writer.flush()
}

/// The error of whoever was written to, of the kind it had: who reads a pipe may leave any time.
fn unwrapped(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn write_cell(cell: &mut Vec<u8>, values: &Values, row: usize) -> io::Result<()> {
    match values {
        Values::Ts(v) => write_instant(cell, v[row]),
        Values::F64(v) if v[row].is_nan() => Ok(()),
        Values::F64(v) if plain(v[row]) => write!(cell, "{}", v[row]),
        Values::F64(v) => write!(cell, "{:e}", v[row]),
        Values::F32(v) if v[row].is_nan() => Ok(()),
        Values::F32(v) if plain(f64::from(v[row])) => write!(cell, "{}", v[row]),
        Values::F32(v) => write!(cell, "{:e}", v[row]),
        Values::I64(v) => write!(cell, "{}", v[row]),
        Values::Text(v) => cell.write_all(v[row].as_bytes()),
    }
}

/// `2024-01-01T00:05:00Z`: with seconds even where they are zero, since pandas and polars want one
/// form throughout a column.
fn write_instant(cell: &mut Vec<u8>, ts: Ts) -> io::Result<()> {
    let text = ts.to_string();
    let Some((date, time)) = text.split_once(' ') else { return cell.write_all(text.as_bytes()) };
    let seconds = if time.len() == "00:05".len() { ":00" } else { "" };
    write!(cell, "{date}T{time}{seconds}Z")
}

/// Beyond this, digits alone are hard to read (and long).
fn plain(value: f64) -> bool {
    value == 0.0 || !value.is_finite() || (1e-7..1e16).contains(&value.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ts;

    #[test]
    fn a_table_reads_as_one_would_write_it_by_hand() {
        let table = Table::new(vec![
            ("ts".into(), Values::Ts(vec![Ts(0), Ts(1_704_067_500_000_000)])),
            ("close".into(), Values::F64(vec![0.1 + 0.2, f64::NAN])),
            ("rsi_14".into(), Values::F32(vec![0.1, 1e-30])),
            ("count".into(), Values::I64(vec![-7, 0])),
            ("why".into(), Values::Text(vec!["stop, at the open".into(), String::new()])),
        ])
        .unwrap();
        let mut text = Vec::new();
        csv_text(&table, &mut text).unwrap();
        insta::assert_snapshot!(String::from_utf8(text).unwrap(), @r#"
        ts,close,rsi_14,count,why
        1970-01-01T00:00:00Z,0.30000000000000004,0.1,-7,"stop, at the open"
        2024-01-01T00:05:00Z,,1e-30,0,
        "#);
    }

    #[test]
    fn an_error_of_the_reader_keeps_its_kind() {
        struct Left;
        impl Write for Left {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for n_rows in [1, 100_000] {
            let table = Table::new(vec![("n".into(), Values::I64(vec![7; n_rows]))]).unwrap();
            let error = csv_text(&table, &mut Left).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_number_reads_back_as_itself(bits in proptest::num::f64::ANY) {
            proptest::prop_assume!(!bits.is_nan());
            let mut cell = Vec::new();
            write_cell(&mut cell, &Values::F64(vec![bits]), 0).unwrap();
            let back: f64 = std::str::from_utf8(&cell).unwrap().parse().unwrap();
            proptest::prop_assert_eq!(back.to_bits(), bits.to_bits());
        }
    }
}
