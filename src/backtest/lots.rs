//! Whole lots: what can be bought is counted, not measured.

/// What rounding may cost before a whole number of lots counts as one fewer: 0.3 / 0.1 is 3 lots,
/// though its nearest binary fraction is a little less.
const SLACK: f64 = 1e-9;

/// How quantities are counted. Positions keep the count, so that parts taken from them add up
/// exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lots {
    size: f64,
    /// What one unit of the count is worth: a lot, or 1 where any quantity will do.
    unit: f64,
}

impl Lots {
    /// Lots of this size; 0: any quantity.
    pub const fn of(size: f64) -> Self {
        Self { size, unit: if size > 0.0 { size } else { 1.0 } }
    }

    /// What a cap lets through: all of it where next to nothing, of what was ever held, would be left.
    pub fn within(units: f64, cap: f64, ever: f64) -> f64 {
        if units - cap <= SLACK * ever { units } else { cap }
    }

    /// The quantity that so many units are.
    pub fn qty(&self, units: f64) -> f64 {
        units * self.unit
    }

    /// At most this quantity.
    pub fn down(&self, qty: f64) -> f64 {
        if self.size > 0.0 { (qty / self.size + SLACK).floor() } else { qty }
    }

    /// At least this part of a position, at most all of it.
    pub fn part(&self, units: f64, fraction: f64) -> f64 {
        let part = units * fraction;
        let whole = if self.size > 0.0 { (part - SLACK).ceil() } else { part };
        whole.min(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_go_down_to_whole_lots_and_parts_go_up() {
        let lots = Lots::of(0.1);
        assert_eq!(lots.down(0.3), 3.0);
        assert_eq!(lots.down(0.39), 3.0);
        assert_eq!(lots.down(0.09), 0.0);
        assert_eq!(lots.part(3.0, 0.5), 2.0);
        assert_eq!(lots.part(10.0, 0.6), 6.0);
        assert_eq!(lots.part(1.0, 1.0), 1.0);
    }

    #[test]
    fn no_rest_is_smaller_than_rounding() {
        let third = 10.0 / 3.0;
        let rest = 10.0 - third - third;
        assert_eq!(Lots::within(rest, third, 10.0), rest);
        assert_eq!(Lots::within(10.0, third, 10.0), third);
        assert_eq!(Lots::within(10.0, f64::INFINITY, 10.0), 10.0);
    }

    #[test]
    fn without_lots_any_quantity_will_do() {
        let lots = Lots::of(0.0);
        assert_eq!((lots.down(0.37), lots.part(0.37, 0.5), lots.qty(0.37)), (0.37, 0.185, 0.37));
        assert_eq!(lots.down(f64::INFINITY), f64::INFINITY);
    }
}
