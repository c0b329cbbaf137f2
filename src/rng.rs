//! The only randomness: seeded, named streams, the same on every machine.
//!
//! Nothing here calls the system's math library, whose last bits differ between versions and
//! processors: [`exp`] and [`ln`] are our own, so a seed means the same bytes everywhere.

mod portable;
mod ziggurat;

use std::ops::Range;

pub use portable::{exp, ln};

/// xoshiro256++ 1.0 (Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators",
/// ACM TOMS 47(4)): 256 bits of state, period 2²⁵⁶ − 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    state: [u64; 4],
}

/// Separates our streams from any other use of the same hash. Changing it changes every number.
const STREAM_CONTEXT: &str = "edgewalk 2026 random streams v1";

impl Rng {
    /// Seeded by SplitMix64, as the generator's authors advise.
    pub fn new(seed: u64) -> Self {
        let mut mix = SplitMix(seed);
        Self { state: std::array::from_fn(|_| mix.next()) }
    }

    /// An independent stream for each seed, name and indices: a new consumer takes a new name and
    /// changes nobody else's numbers.
    pub fn stream(seed: u64, name: &str, indices: &[u64]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(STREAM_CONTEXT);
        hasher.update(&seed.to_le_bytes());
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        for index in indices {
            hasher.update(&index.to_le_bytes());
        }
        let hash = hasher.finalize();
        let word = |k: usize| u64_from_le(&hash.as_bytes()[8 * k..8 * k + 8]);
        let state = std::array::from_fn(word);
        // The one forbidden state: the generator would stay in it.
        if state == [0; 4] { Self::new(seed) } else { Self { state } }
    }

    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in `[0, 1)`: the upper 53 bits, all a double can hold.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.next_u64())
    }

    /// Uniform in `0..n` without bias (Lemire 2019, "Fast random integer generation in an
    /// interval", ACM TOMACS 29(1)); 0 where `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// Uniform in `range`, its start where it is empty.
    pub fn index(&mut self, range: Range<usize>) -> usize {
        range.start + self.below(range.len() as u64) as usize
    }

    /// `true` with probability `p`.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(self)
    }

    /// Exponential of mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(self)
    }

    #[inline]
    pub fn gamma(&mut self, law: &Gamma) -> f64 {
        law.draw(self)
    }

    /// Student's t with `dof > 0` degrees of freedom, not scaled: its variance is dof / (dof − 2).
    pub fn student_t(&mut self, dof: f64) -> f64 {
        let chi_squared = 2.0 * self.gamma(&Gamma::new(dof / 2.0));
        self.normal() / (chi_squared / dof).sqrt()
    }

    /// Trials up to and including the first success, each of probability `p` in `(0, 1]`: the
    /// exponential, rounded up (Devroye 1986, "Non-uniform random variate generation", X.2).
    pub fn geometric(&mut self, p: f64) -> u64 {
        if p >= 1.0 {
            return 1;
        }
        (self.exponential() / -ln(1.0 - p)) as u64 + 1
    }

    /// Every order equally likely (Durstenfeld 1964, "Algorithm 235: Random permutation").
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// `k` different numbers of `0..n`, ascending; all of them where `k ≥ n`. Knuth, TAOCP 2,
    /// §3.4.2, algorithm S: one pass, no set.
    pub fn sample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut wanted = k.min(n);
        let mut chosen = Vec::with_capacity(wanted);
        for i in 0..n {
            if wanted > 0 && self.below((n - i) as u64) < wanted as u64 {
                chosen.push(i);
                wanted -= 1;
            }
        }
        chosen
    }
}

/// The gamma law of scale 1, ready to draw from (Marsaglia & Tsang 2000, "A simple method for
/// generating gamma variables", ACM TOMS 26(3)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    d: f64,
    c: f64,
    /// Below shape 1 the method draws shape + 1 and multiplies by U^(1/shape).
    boost: Option<f64>,
}

impl Gamma {
    /// `shape` must be positive.
    pub fn new(shape: f64) -> Self {
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let boost = (shape < 1.0).then_some(1.0 / shape);
        Self { d, c: 1.0 / (9.0 * d).sqrt(), boost }
    }

    #[inline]
    fn draw(&self, rng: &mut Rng) -> f64 {
        let value = self.draw_unboosted(rng);
        match self.boost {
            None => value,
            Some(power) => value * exp(power * ln(1.0 - rng.uniform())),
        }
    }

    #[inline]
    fn draw_unboosted(&self, rng: &mut Rng) -> f64 {
        loop {
            let x = rng.normal();
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = 1.0 - rng.uniform();
            let squared = x * x;
            if u < 1.0 - 0.0331 * squared * squared
                || ln(u) < 0.5 * squared + self.d * (1.0 - v + ln(v))
            {
                return self.d * v;
            }
        }
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"), with
/// the finalizer of Vigna's reference implementation.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[inline]
fn unit(bits: u64) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    (bits >> 11) as f64 * STEP
}

fn u64_from_le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests;
