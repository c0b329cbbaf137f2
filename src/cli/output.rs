//! Data to stdout, everything else to stderr.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};

/// Prints a result.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// A table whose first column is text and whose others are numbers.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    table_of(header, "l", rows)
}

/// The one look of tables. `sides` has a letter a column, `l` for text and `r` for numbers, which
/// may be left away at the end.
pub fn table_of(
    header: &[&str],
    sides: &str,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    for (column, side) in table.column_iter_mut().zip(sides.chars().chain(std::iter::repeat('r'))) {
        let is_text = side == 'l';
        column.set_cell_alignment(if is_text { CellAlignment::Left } else { CellAlignment::Right });
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Says what went wrong.
pub fn complain(text: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether the error is only that the reader of our output has left, as `head` does.
pub fn reader_left(error: &anyhow::Error) -> bool {
    let pipe = |e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(pipe))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Table as Rows, Values, csv_text};

    struct Left;

    impl Write for Left {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        let rows = Rows::new(vec![("n".into(), Values::I64(vec![7; 9_999]))]).unwrap();
        let error = anyhow::Error::from(csv_text(&rows, &mut Left).unwrap_err());
        assert!(reader_left(&error.context("while exporting")));
        assert!(!reader_left(&anyhow::anyhow!("broken pipe")));
    }
}
