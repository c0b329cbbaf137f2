//! The name of what is traded.

use std::fmt;
use std::str::FromStr;

/// An instrument's name, safe as a folder name: letters, digits, `.`, `_` and `-`, upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a symbol: letters, digits, `.`, `_` and `-`, at most 32, beginning with a letter or digit"
)]
pub struct BadSymbol(pub String);

impl Symbol {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Symbol {
    type Err = BadSymbol;

    fn from_str(text: &str) -> Result<Self, BadSymbol> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let fits = (1..=32).contains(&text.len())
            && text.chars().all(plain)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_ascii_uppercase())) } else { Err(BadSymbol(text.to_owned())) }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_kept_in_upper_case() {
        assert_eq!("btcusdt".parse::<Symbol>().unwrap().as_str(), "BTCUSDT");
        assert_eq!("BF.B".parse::<Symbol>().unwrap().as_str(), "BF.B");
    }

    #[test]
    fn a_symbol_cannot_leave_its_folder() {
        for text in ["", "..", "../x", "a/b", "a b", ".hidden", "é"] {
            assert_eq!(text.parse::<Symbol>(), Err(BadSymbol(text.into())));
        }
    }
}
