//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;
use std::sync::Arc;

use crate::failure::{Failure, Mender};

/// Where a value was written: a spot in a file, or a flag as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name, or the flag as it was typed. Shared: every node of a file has it.
    pub source: Arc<str>,
    /// From 1; 0 for a flag, or a file as a whole.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Place {
    /// All of a file, or a flag.
    pub fn whole(source: &str) -> Self {
        Self { source: source.into(), line: 0, column: 0 }
    }

    pub fn is_flag(&self) -> bool {
        self.line == 0 && self.source.starts_with("--")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.source),
            line => write!(f, "{}:{line}:{}", self.source, self.column),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// Dotted path of the key; empty where no key is to blame.
    pub key: String,
    pub message: String,
    pub hint: Option<String>,
}

/// `config.yml:12:5 · walkforward.train_wekes: unknown key`, and the hint on a line of its own.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        self.hint.iter().try_for_each(|hint| write!(f, "\n  hint: {hint}"))
    }
}

impl Fault {
    fn sentence(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!(" · {}", self.key) };
        format!("{}{key}: {}", self.place, self.message)
    }
}

/// Every fault of a configuration, in the order of the file, those of flags last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Fault>,
    mender: Mender,
}

impl Faults {
    pub fn new(mut list: Vec<Fault>) -> Self {
        list.sort_by_key(|fault| (fault.place.is_flag(), fault.place.line, fault.place.column));
        Self { list, mender: Mender::User }
    }

    /// The file could not be read at all.
    pub fn unreadable(failure: &Failure, source: &str) -> Self {
        let (message, hint) = (failure.message.clone(), failure.hint.clone());
        let fault = Fault { place: Place::whole(source), key: String::new(), message, hint };
        Self { list: vec![fault], mender: failure.mender }
    }

    pub fn list(&self) -> &[Fault] {
        &self.list
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.list.iter().enumerate() {
            let newline = if i > 0 { "\n" } else { "" };
            write!(f, "{newline}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A single fault keeps its hint as the failure's own; several become a list.
impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        let (message, hint) = match faults.list.as_slice() {
            [only] => (only.sentence(), only.hint.clone()),
            many => (format!("{} faults in the configuration\n{faults}", many.len()), None),
        };
        Self { mender: faults.mender, message, hint }
    }
}
