//! Which way the last bars pointed.

use std::collections::VecDeque;

/// How many of the last `n` bars, this one included, have a z of each sign. Every bar votes,
/// whatever gates would say of it; one without prediction, or whose z is 0, votes for nobody.
pub struct Votes {
    cast: VecDeque<[u32; 2]>,
    n: usize,
    up_down: [u32; 2],
}

impl Votes {
    pub fn new(n: usize) -> Self {
        Self { cast: VecDeque::with_capacity(n + 1), n, up_down: [0; 2] }
    }

    pub fn step(&mut self, z: f64) {
        let vote = vote(z);
        self.cast.push_back(vote);
        let gone = if self.cast.len() > self.n { self.cast.pop_front() } else { None };
        let gone = gone.unwrap_or_default();
        self.up_down = [0, 1].map(|k| self.up_down[k] + vote[k] - gone[k]);
    }

    /// How many agree with a z of this sign.
    pub fn agreeing(&self, z: f64) -> u32 {
        of_side(self.up_down, z)
    }
}

fn vote(z: f64) -> [u32; 2] {
    [u32::from(z > 0.0), u32::from(z < 0.0)]
}

#[inline(always)]
fn of_side([up, down]: [u32; 2], z: f64) -> u32 {
    if z > 0.0 { up } else { down }
}

/// Votes cast before each bar, so that any number of last bars is a difference.
pub struct Tally {
    /// Of bars before bar i; one more than bars.
    up_down: Vec<[u32; 2]>,
}

impl Tally {
    pub fn new(z: &[f64]) -> Self {
        let mut sum = [0; 2];
        let add = |z: &f64| {
            let vote = vote(*z);
            sum = [sum[0] + vote[0], sum[1] + vote[1]];
            sum
        };
        Self { up_down: std::iter::once([0; 2]).chain(z.iter().map(add)).collect() }
    }

    /// How many of the `n` bars up to `row` agree with a z of this sign.
    #[inline(always)]
    pub fn agreeing(&self, row: usize, n: u32, z: f64) -> u32 {
        let (after, before) = (row + 1, (row + 1).saturating_sub(n as usize));
        of_side(self.up_down[after], z) - of_side(self.up_down[before], z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_agree_by_sign_alone() {
        let z = [0.1, -2.0, f64::NAN, 0.0, 3.0, 0.2];
        let tally = Tally::new(&z);
        assert_eq!(tally.agreeing(5, 2, 1.0), 2);
        assert_eq!(tally.agreeing(5, 4, 1.0), 2);
        assert_eq!(tally.agreeing(5, 9, 1.0), 3);
        assert_eq!(tally.agreeing(5, 9, -1.0), 1);
        for n in [1, 2, 3, 9] {
            let mut votes = Votes::new(n);
            for (i, z) in z.iter().enumerate() {
                votes.step(*z);
                for side in [1.0, -1.0] {
                    assert_eq!(votes.agreeing(side), tally.agreeing(i, n as u32, side), "bar {i}");
                }
            }
        }
    }
}
