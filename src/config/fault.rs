//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;
use std::sync::Arc;

use crate::failure::{Failure, with_hint};

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
        f.write_str(&with_hint(&self.sentence(), self.hint.as_deref()))
    }
}

impl Fault {
    fn sentence(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!(" · {}", self.key) };
        format!("{}{key}: {}", self.place, self.message)
    }
}

/// What keeps a configuration from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Faults {
    /// There is no reading the file at all.
    Unreadable(Failure),
    /// Every fault, in the order of the file, those of flags last.
    Found(Vec<Fault>),
}

impl Faults {
    pub fn new(mut list: Vec<Fault>) -> Self {
        list.sort_by_key(|fault| (fault.place.is_flag(), fault.place.line, fault.place.column));
        Self::Found(list)
    }

    pub fn list(&self) -> &[Fault] {
        match self {
            Self::Unreadable(_) => &[],
            Self::Found(list) => list,
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Unreadable(failure) = self {
            return write!(f, "{failure}");
        }
        for (i, fault) in self.list().iter().enumerate() {
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
        if let Faults::Unreadable(failure) = faults {
            return failure;
        }
        match faults.list() {
            [only] => Self { hint: only.hint.clone(), ..Self::user(only.sentence()) },
            many => Self::user(format!("{} faults in the configuration\n{faults}", many.len())),
        }
    }
}
