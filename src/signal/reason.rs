//! Why a bar gave no intent.

use serde::{Deserialize, Serialize};

/// The gate that refused a bar, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Reason {
    /// A horizon has none.
    NoPrediction = 1,
    Direction,
    WarmUp,
    VolatilityFloor,
    ZThreshold,
    ExpectedValue,
    Quantile,
    Persistence,
    Session,
    Regime,
    Conformal,
    /// Below `min_trade_size`, or no number.
    Size,
    /// The average true range gives no distance.
    Atr,
    /// The stop would lie within the spread: the market's standing still would reach it.
    StopInSpread,
}

impl Reason {
    pub const ALL: [Self; 14] = [
        Self::NoPrediction,
        Self::Direction,
        Self::WarmUp,
        Self::VolatilityFloor,
        Self::ZThreshold,
        Self::ExpectedValue,
        Self::Quantile,
        Self::Persistence,
        Self::Session,
        Self::Regime,
        Self::Conformal,
        Self::Size,
        Self::Atr,
        Self::StopInSpread,
    ];

    /// Stands in columns for a bar that no gate refused.
    pub const NONE: u8 = 0;

    pub const fn code(self) -> u8 {
        self as u8
    }

    /// `None` for [`Reason::NONE`] and for what is no code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::NoPrediction => "no_prediction",
            Self::Direction => "direction",
            Self::WarmUp => "warm_up",
            Self::VolatilityFloor => "volatility_floor",
            Self::ZThreshold => "z_threshold",
            Self::ExpectedValue => "expected_value",
            Self::Quantile => "quantile",
            Self::Persistence => "persistence",
            Self::Session => "session",
            Self::Regime => "regime",
            Self::Conformal => "conformal",
            Self::Size => "size",
            Self::Atr => "atr",
            Self::StopInSpread => "stop_in_spread",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_and_follow_the_gates() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert!(Reason::ALL.is_sorted());
        assert_eq!(Reason::from_code(Reason::NONE), None);
        assert_eq!(Reason::from_code(Reason::ALL.len() as u8 + 1), None);
    }
}
