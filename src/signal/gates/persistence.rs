//! The signal must not be a flicker. Refuses with `persistence`.

use crate::signal::facts::Facts;

/// Of the last `n` bars, this one included, at least `k` have a z of this bar's sign. How far from
/// 0, and whether other gates let those bars pass, does not matter: it is the direction that is to
/// persist. A bar without z votes for nobody.
pub struct Persistence {
    pub k: u32,
    pub n: u32,
}

impl Persistence {
    /// This bar agrees with itself.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.k > 1
    }

    #[inline(always)]
    pub fn passes(&self, bar: &impl Facts) -> bool {
        !self.is_on() || self.agrees(bar.agreeing(self.n))
    }

    #[inline(always)]
    pub fn agrees(&self, votes: u32) -> bool {
        votes >= self.k
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::made_up::Stated;

    #[test]
    fn as_many_as_asked_are_enough() {
        let gate = Persistence { k: 3, n: 5 };
        let passes =
            [2, 3, 4].map(|agreeing| gate.passes(&Stated { agreeing, ..Stated::default() }));
        assert_eq!(passes, [false, true, true]);
        let one = Persistence { k: 1, n: 5 };
        assert!(one.passes(&Stated { agreeing: 1, ..Stated::default() }));
    }
}
