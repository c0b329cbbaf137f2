//! The first lines of a CSV file: what separates its cells, and what its columns are called.

use csv::{ByteRecord, ReaderBuilder};

use super::instant::Clock;
use super::number::{decimal, is_missing};
use super::source::{Fault, Source};
use crate::failure::Failure;

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Titles and comments before the header are few.
const FARTHEST_HEADER: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub delimiter: u8,
    /// Without a header, the numbers of the columns.
    pub names: Vec<String>,
    pub has_names: bool,
    /// Where the first row of data begins, and how many lines are before it.
    pub data_start: usize,
    pub n_lines: usize,
}

impl Head {
    /// By the separator given, else by the one that occurs most.
    pub fn of(source: &Source, given: Option<u8>) -> Result<Self, Failure> {
        source.check_text()?;
        let mut start = 0;
        for (n_lines, line) in
            source.bytes.split_inclusive(|b| *b == b'\n').enumerate().take(FARTHEST_HEADER)
        {
            let delimiter = match given {
                Some(given) => line.contains(&given).then_some(given),
                None => delimiter_of(line),
            };
            if let Some(delimiter) = delimiter.filter(|_| !line.starts_with(b"#")) {
                let cells = cells(line, delimiter);
                let has_names = cells.iter().any(is_name);
                let (data_start, n_lines) =
                    if has_names { (start + line.len(), n_lines + 1) } else { (start, n_lines) };
                let names = names(&cells, has_names);
                return Ok(Self { delimiter, names, has_names, data_start, n_lines });
            }
            start += line.len();
        }
        let looked_for = match given {
            Some(given) => format!("`{}`", char::from(given)),
            None => "comma, semicolon or tab".to_owned(),
        };
        let fault = Fault::new(format!("has no columns: no {looked_for} in its first lines"));
        Err(source.fault(fault.cure("`--delimiter` says what stands between its values")))
    }
}

/// The one that occurs most.
fn delimiter_of(line: &[u8]) -> Option<u8> {
    let count = |d: u8| line.iter().filter(|b| **b == d).count();
    DELIMITERS.into_iter().rev().max_by_key(|&d| count(d)).filter(|&d| count(d) > 0)
}

fn cells(line: &[u8], delimiter: u8) -> ByteRecord {
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(line);
    let mut record = ByteRecord::new();
    // Reading from memory cannot fail, and what is no CSV has no names.
    let _ = reader.read_byte_record(&mut record);
    record
}

/// Words that are neither a time nor a missing number.
fn is_name(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let worded = cell.iter().any(u8::is_ascii_alphabetic) && !is_missing(cell);
    let time = || Clock::new(None, None).is_ok_and(|mut clock| clock.read(cell).is_ok());
    worded && decimal(cell).is_err() && !time()
}

fn names(cells: &ByteRecord, has_names: bool) -> Vec<String> {
    let name = |(i, cell): (usize, &[u8])| {
        if has_names {
            String::from_utf8_lossy(cell.trim_ascii()).into_owned()
        } else {
            (i + 1).to_string()
        }
    };
    cells.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Head, String> {
        let source = Source::new("f", text.into()).unwrap();
        Head::of(&source, None).map_err(|failure| failure.message)
    }

    #[test]
    fn the_separator_is_the_one_that_occurs_most() {
        for (text, delimiter) in [("a,b,c;d\n", b','), ("a;b\n1,5;2\n", b';'), ("a\tb,c\td", b'\t')]
        {
            assert_eq!(head(text).unwrap().delimiter, delimiter, "{text}");
        }
    }

    #[test]
    fn the_separator_that_is_given_is_taken() {
        let text = "time|open,high|low\n1|2,5|3\n";
        let source = Source::new("f", text.into()).unwrap();
        assert_eq!(Head::of(&source, Some(b'|')).unwrap().names, ["time", "open,high", "low"]);
        let failure = Head::of(&source, Some(b';')).unwrap_err();
        assert_eq!(failure.message, "`f` has no columns: no `;` in its first lines");
    }

    #[test]
    fn titles_and_comments_before_the_header_are_passed_over() {
        let text = "https://www.example.com\n\n# by me, 2024\nunix,\"date, utc\",open\n1,2,3\n";
        let head = head(text).unwrap();
        assert_eq!(head.names, ["unix", "date, utc", "open"]);
        assert_eq!((head.n_lines, &text[head.data_start..]), (4, "1,2,3\n"));
    }

    #[test]
    fn a_line_of_times_and_numbers_is_no_header() {
        for text in ["1,2,1e5", "2024-01-01T00:00Z;1.5;nan", "2024.01.01,00:00,1,2"] {
            let head = head(text).unwrap();
            assert!(!head.has_names, "{text}");
            assert_eq!((head.names[0].as_str(), head.data_start, head.n_lines), ("1", 0, 0));
        }
    }

    #[test]
    fn files_that_are_no_csv_are_told_so() {
        assert_eq!(head(""), Err("`f` is empty".into()));
        assert_eq!(head("\n \n"), Err("`f` is empty".into()));
        assert_eq!(head("a\0,b"), Err("`f` is not text".into()));
        let none = "`f` has no columns: no comma, semicolon or tab in its first lines";
        assert_eq!(head("hello\nworld"), Err(none.into()));
    }
}
