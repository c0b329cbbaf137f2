//! Hours in which positions may be opened. Refuses with `session`.

use crate::market::Session;
use crate::signal::hours;

/// One of the sessions is on at the bar's close; none named: all day.
pub struct SessionGate {
    allowed: u8,
}

impl SessionGate {
    pub fn new(sessions: &[Session]) -> Self {
        Self { allowed: hours::bits(sessions) }
    }

    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.allowed != 0
    }

    #[inline(always)]
    pub fn passes(&self, on: u8) -> bool {
        !self.is_on() || on & self.allowed != 0
    }

    /// The sessions allowed, as bits.
    pub fn allowed(&self) -> u8 {
        self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_them_is_enough() {
        let gate = SessionGate::new(&[Session::London, Session::Asia]);
        let on = |sessions: &[Session]| gate.passes(hours::bits(sessions));
        assert!(on(&[Session::Asia]) && on(&[Session::London, Session::NewYork]));
        assert!(!on(&[Session::NewYork]) && !on(&[]));
        assert!(SessionGate::new(&[]).passes(0));
    }
}
