//! Whether a text file ends in the middle of a number.
//!
//! Honest files without a last line end are many, so that alone refuses none. But a number that was
//! cut is a number still, and would be stored as if it were whole. The rule: where the last line has
//! no end and its last column is brought in, the file is refused if that cell is shorter, or has
//! fewer decimals, than the same cell of every other line, which a whole file of more than a few
//! lines hardly ever has. Else the number is believed, and named: when it is read, by the audit of the
//! file, and by `--strict`, which refuses it. Nothing doubtful is stored in silence.

use super::source::{Fault, Source, show};
use crate::failure::Failure;

/// Of fewer other lines, to be shorter than all of them means nothing.
const FEW: usize = 8;

/// The number at the very end, if there is one, which is then taken to be whole. `column` is the last one, and
/// brought in; `data_start` is where its first row begins.
pub(super) fn check_end(
    source: &Source,
    (data_start, delimiter): (usize, u8),
    column: (usize, &str),
) -> Result<Option<String>, Failure> {
    let data = source.bytes.get(data_start..).unwrap_or_default();
    let is_ended = matches!(data.last(), None | Some(b'\n' | b'\r'));
    let start = data.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let (others, last) = data.split_at(start);
    // What stands in quotes is whole, or no cell at all.
    if is_ended || last.trim_ascii().is_empty() || last.ends_with(b"\"") {
        return Ok(None);
    }
    let line = 1 + source.bytes.iter().filter(|b| **b == b'\n').count();
    let cell = last_cell(last, delimiter);
    let lines = others.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let sizes: Vec<Size> = lines.map(|line| Size::of(last_cell(line, delimiter))).collect();
    let least = sizes.iter().copied().reduce(Size::least).filter(|_| sizes.len() >= FEW);
    let size = Size::of(cell);
    if least.is_some_and(|least| size.n < least.n || size.n_decimals < least.n_decimals) {
        let what =
            format!("the file ends here, and `{}` is shorter than in any other line", show(cell));
        let cure = "was it cut off? then download it again; if not, end its last line";
        return Err(source.fault_in_cell(line, column, Fault::new(what).cure(cure)));
    }
    Ok((size.n > 0).then(|| show(cell).to_string()))
}

fn last_cell(line: &[u8], delimiter: u8) -> &[u8] {
    let start = line.iter().rposition(|b| *b == delimiter).map_or(0, |at| at + 1);
    line[start..].trim_ascii()
}

/// How long a cell is.
#[derive(Debug, Clone, Copy)]
struct Size {
    n: usize,
    n_decimals: usize,
}

impl Size {
    fn of(cell: &[u8]) -> Self {
        let point = cell.iter().position(|b| *b == b'.');
        Self { n: cell.len(), n_decimals: point.map_or(0, |at| cell.len() - at - 1) }
    }

    fn least(self, other: Self) -> Self {
        Self { n: self.n.min(other.n), n_decimals: self.n_decimals.min(other.n_decimals) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Option<String>, String> {
        let source = Source::new("f.csv", text.into()).unwrap();
        check_end(&source, (0, b','), (1, "volume")).map_err(|failure| failure.message)
    }

    /// Eight lines of it, and an end.
    fn eight(line: &str, end: &str) -> String {
        line.repeat(8) + end
    }

    #[test]
    fn a_number_that_looks_cut_is_refused_and_others_are_not() {
        let what = "`f.csv`, line 9, column 2 (`volume`): the file ends here, and `2` is shorter than \
                    in any other line";
        assert_eq!(check(&eight("1,25.50\n", "2,2")), Err(what.to_owned()));
        assert!(check(&eight("1,25.50\n", "2,125.5")).is_err(), "a decimal is missing");
        assert!(check(&eight("1,3\n", "2,")).is_err(), "cut before its first digit");
        for end in ["2,12.25", "2,2\n", "2,2\r", "", "\"2\",\"2\""] {
            assert!(check(&eight("1,25.50\n", end)).is_ok(), "{end:?}");
        }
        assert!(check(&eight("1,\n", "2,")).is_ok(), "a separator at each end");
        assert!(check("1,25.50\n2,2").is_ok(), "few lines tell nothing");
    }
}
