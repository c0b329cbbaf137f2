//! Monotone constraints by bounds on the values below a node, as XGBoost keeps them: a split on a
//! constrained column puts the middle of its children's values between the two subtrees.

/// The values a node may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    pub(super) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    #[inline]
    pub(super) fn clip(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    pub(super) fn are_none(self) -> bool {
        self == Self::NONE
    }

    /// Those of the left and the right child with values `left` and `right`, split on a column of
    /// this sign.
    pub(super) fn divide(self, sign: i8, left: f64, right: f64) -> (Self, Self) {
        let middle = left / 2.0 + right / 2.0;
        let below = Self { high: middle, ..self };
        let above = Self { low: middle, ..self };
        match sign {
            1 => (below, above),
            -1 => (above, below),
            _ => (self, self),
        }
    }
}

/// May a column of this sign have these values at its lower and its upper side?
#[inline]
pub(super) fn allows(sign: i8, left: f64, right: f64) -> bool {
    match sign {
        1 => left <= right,
        -1 => left >= right,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_share_the_bounds_at_the_middle() {
        let (left, right) = Bounds { low: -1.0, high: 5.0 }.divide(1, 0.0, 3.0);
        assert_eq!(left, Bounds { low: -1.0, high: 1.5 });
        assert_eq!(right, Bounds { low: 1.5, high: 5.0 });
        assert_eq!(Bounds::NONE.divide(0, 0.0, 3.0), (Bounds::NONE, Bounds::NONE));
        assert_eq!(left.clip(2.0), 1.5);
        assert!(allows(1, 0.0, 3.0) && !allows(-1, 0.0, 3.0) && allows(0, 3.0, 0.0));
        assert_eq!(Bounds::NONE.divide(-1, 3.0, 0.0).1.high, 1.5);
    }
}
