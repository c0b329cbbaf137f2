//! Sides that may be traded. Refuses with `direction`.

use serde::{Deserialize, Serialize};

/// Sides that may be traded. The side is the sign of z: above 0 is long, below 0 short. A z that is
/// 0 or missing is let through: it has no side, and the threshold or the warm-up refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Both,
    Long,
    Short,
}

impl Direction {
    #[inline(always)]
    pub fn passes(self, z: f64) -> bool {
        match self {
            Self::Both => true,
            Self::Long => z >= 0.0 || z.is_nan(),
            Self::Short => z <= 0.0 || z.is_nan(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_other_side_is_refused() {
        let passes = |d: Direction| [1.0, -1.0, 0.0, f64::NAN].map(|z| d.passes(z));
        assert_eq!(passes(Direction::Both), [true; 4]);
        assert_eq!(passes(Direction::Long), [true, false, true, true]);
        assert_eq!(passes(Direction::Short), [false, true, true, true]);
    }
}
