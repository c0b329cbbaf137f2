//! How a file writes its times, as the user says it.

use super::instant::Unit;
use crate::failure::Failure;

/// How a file writes its times, where that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    Epoch(Unit),
    /// In the manner of strftime.
    Pattern(String),
}

impl Written {
    /// `None` for `auto`: every cell tells.
    pub fn parse(text: &str) -> Result<Option<Self>, Failure> {
        match text {
            "auto" => Ok(None),
            "s" => Ok(Some(Self::Epoch(Unit::Seconds))),
            "ms" => Ok(Some(Self::Epoch(Unit::Millis))),
            "us" => Ok(Some(Self::Epoch(Unit::Micros))),
            "ns" => Ok(Some(Self::Epoch(Unit::Nanos))),
            pattern if pattern.contains('%') => Ok(Some(Self::Pattern(pattern.to_owned()))),
            _ => Err(Failure::user(format!("`{text}` is no way to write times"))
                .hint("`s`, `ms`, `us`, `ns` since 1970, or a pattern such as `%d.%m.%Y %H:%M`")),
        }
    }
}
