//! The length of a bar.

use std::fmt;
use std::str::FromStr;

use crate::units::{DAY_US, FIRST_MONDAY_US, HOUR_US, MINUTE_US, SECOND_US, Ts, WEEK_US};

/// The time one bar covers. Bars open on the UTC grid of this length; weeks open on Mondays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timeframe(i64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a timeframe: a count and one of s, m, h, d, w, such as `5m` or `1h`")]
pub struct BadTimeframe(pub String);

const UNITS: [(char, i64); 5] =
    [('w', WEEK_US), ('d', DAY_US), ('h', HOUR_US), ('m', MINUTE_US), ('s', SECOND_US)];

impl Timeframe {
    pub const M1: Self = Self(MINUTE_US);
    pub const M5: Self = Self(5 * MINUTE_US);
    pub const M15: Self = Self(15 * MINUTE_US);
    pub const H1: Self = Self(HOUR_US);
    pub const H4: Self = Self(4 * HOUR_US);
    pub const D1: Self = Self(DAY_US);
    pub const W1: Self = Self(WEEK_US);

    pub const fn us(self) -> i64 {
        self.0
    }

    /// As long as `n` of these.
    pub const fn times(self, n: i64) -> Self {
        Self(self.0 * n)
    }

    /// When the bar that holds `ts` opened.
    pub const fn open_of(self, ts: Ts) -> Ts {
        let origin = self.origin();
        Ts(Ts(ts.0 - origin).floor_to(self.0).0 + origin)
    }

    pub const fn is_open(self, ts: Ts) -> bool {
        (ts.0 - self.origin()).rem_euclid(self.0) == 0
    }

    /// Whether whole bars of `finer` fill each bar of this length.
    pub const fn is_multiple_of(self, finer: Self) -> bool {
        self.0 % finer.0 == 0 && (self.origin() - finer.origin()) % finer.0 == 0
    }

    const fn origin(self) -> i64 {
        if self.0 % WEEK_US == 0 { FIRST_MONDAY_US } else { 0 }
    }
}

impl FromStr for Timeframe {
    type Err = BadTimeframe;

    fn from_str(text: &str) -> Result<Self, BadTimeframe> {
        let bad = || BadTimeframe(text.to_owned());
        let unit = text.chars().next_back().ok_or_else(bad)?;
        let (_, unit_us) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
        let count: i64 = text[..text.len() - 1].parse().map_err(|_| bad())?;
        if (1..=1000).contains(&count) { Ok(Self(count * unit_us)) } else { Err(bad()) }
    }
}

/// The largest unit that fits: `60m` is `1h`.
impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = UNITS.iter().find(|(_, us)| self.0 % us == 0).unwrap_or(&UNITS[4]);
        f.pad(&format!("{}{name}", self.0 / unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lengths_have_one_name() {
        assert_eq!("60m".parse::<Timeframe>().unwrap().to_string(), "1h");
        assert_eq!("7d".parse::<Timeframe>().unwrap().to_string(), "1w");
        assert_eq!("90s".parse::<Timeframe>().unwrap().to_string(), "90s");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "m", "0m", "-5m", "5", "5x", "é", "99999999999999999999m"] {
            assert_eq!(text.parse::<Timeframe>(), Err(BadTimeframe(text.into())));
        }
    }

    #[test]
    fn weeks_open_on_mondays() {
        let week: Timeframe = "1w".parse().unwrap();
        let wednesday: Ts = "2024-01-03 12:00".parse().unwrap();
        assert_eq!(week.open_of(wednesday).to_string(), "2024-01-01 00:00");
        assert!(week.is_open("2024-01-01".parse().unwrap()));
        assert!(week.is_multiple_of(Timeframe::D1));
        assert!(!Timeframe::H1.is_multiple_of("7m".parse().unwrap()));
    }
}
