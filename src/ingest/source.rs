//! A file's bytes under the name the user knows, and the place of a fault in them.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use rayon::prelude::*;

use crate::failure::Failure;

/// What is wrong at some place, and what helps where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub what: String,
    pub cure: Option<String>,
}

impl Fault {
    pub fn new(what: impl Display) -> Self {
        Self { what: what.to_string(), cure: None }
    }

    pub fn cure(mut self, cure: impl Display) -> Self {
        self.cure = Some(cure.to_string());
        self
    }
}

/// The content of a file, out of its zip if it came in one.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub name: String,
    pub bytes: Vec<u8>,
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";
const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
const UTF16_MARKS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

impl Source {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = read_side_by_side(path).map_err(|e| Failure::io("read", path, &e))?;
        Self::new(&path.display().to_string(), bytes)
    }

    /// As [`Source::open`], for bytes already here.
    pub fn new(name: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let mut source = Self { name: name.to_owned(), bytes };
        if source.bytes.starts_with(ZIP) {
            source = source.unzip()?;
        }
        if source.bytes.starts_with(GZIP) {
            return Err(
                source.fault(Fault::new("is compressed with gzip").cure("`gunzip` it first"))
            );
        }
        if UTF16_MARKS.iter().any(|mark| source.bytes.starts_with(mark)) {
            let fault = Fault::new("is UTF-16 text").cure("save it as UTF-8");
            return Err(source.fault(fault));
        }
        if source.bytes.starts_with(UTF8_MARK) {
            source.bytes.drain(..UTF8_MARK.len());
        }
        Ok(source)
    }

    /// Text has no zero bytes; what has some is told so, rather than cell by cell.
    pub fn check_text(&self) -> Result<(), Failure> {
        const FAR: usize = 1 << 13;
        if self.bytes.iter().take(FAR).all(u8::is_ascii_whitespace) {
            return Err(self.fault(Fault::new("is empty")));
        }
        if self.bytes.iter().take(FAR).any(|b| *b == 0) {
            let fault =
                Fault::new("is not text").cure("is it damaged, or of a format that is not read?");
            return Err(self.fault(fault));
        }
        Ok(())
    }

    /// A fault of the file as a whole.
    pub fn fault(&self, fault: Fault) -> Failure {
        self.failure(format!("`{}` {}", self.name, fault.what), fault.cure)
    }

    /// A fault of one line, counted from 1.
    pub fn fault_in_line(&self, line: usize, fault: Fault) -> Failure {
        self.failure(format!("`{}`, line {line}: {}", self.name, fault.what), fault.cure)
    }

    /// A fault of one cell; the column's index is counted from 0 and shown from 1.
    pub fn fault_in_cell(&self, line: usize, column: (usize, &str), fault: Fault) -> Failure {
        let (index, name) = column;
        let place = format!("line {line}, column {} (`{name}`)", index + 1);
        self.failure(format!("`{}`, {place}: {}", self.name, fault.what), fault.cure)
    }

    fn failure(&self, message: String, cure: Option<String>) -> Failure {
        let failure = Failure::user(message);
        match cure {
            Some(cure) => failure.hint(cure),
            None => failure,
        }
    }

    /// Binance's bulk files hold one CSV each; more than one would be a guess.
    fn unzip(self) -> Result<Self, Failure> {
        let broken = |why: &dyn Display| {
            let fault = Fault::new(format!("is a damaged zip archive: {why}"));
            self.fault(fault.cure("download it again"))
        };
        let mut archive = zip::ZipArchive::new(Cursor::new(&self.bytes)).map_err(|e| broken(&e))?;
        if archive.len() != 1 {
            let what = format!("holds {} files, where one is expected", archive.len());
            return Err(self.fault(Fault::new(what).cure("unpack it and name the files you mean")));
        }
        let mut entry = archive.by_index(0).map_err(|e| broken(&e))?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| broken(&e))?;
        Ok(Self { name: self.name.clone(), bytes })
    }
}

/// A large file takes longer to copy out of the system's cache than to parse, unless all cores do.
fn read_side_by_side(path: &Path) -> io::Result<Vec<u8>> {
    const BLOCK: usize = 1 << 23;
    let length = usize::try_from(std::fs::metadata(path)?.len()).unwrap_or(0);
    if length <= BLOCK {
        return std::fs::read(path);
    }
    let mut bytes = vec![0; length];
    bytes.par_chunks_mut(BLOCK).enumerate().try_for_each(|(n, block)| {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start((n * BLOCK) as u64))?;
        file.read_exact(block)
    })?;
    Ok(bytes)
}

/// As much of a cell as fits into a message.
pub(super) fn show(cell: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(cell);
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(LONGEST).map(clean).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}
