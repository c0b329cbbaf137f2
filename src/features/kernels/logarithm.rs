//! The natural logarithm of many bars at once, bit for bit that of one.

use super::{Memory, Remembers, Step, finite};

/// Natural logarithm; missing at and below 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log;

impl Step<1> for Log {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        finite(libm::log(x))
    }

    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        let x = &x[..out.len()];
        let is_normal = |x: &f64| (*x >= f64::MIN_POSITIVE) & (*x < f64::INFINITY);
        // Without a way out early, which would be a branch a bar.
        if x.iter().fold(true, |all, x| all & is_normal(x)) {
            out.iter_mut().zip(x).for_each(|(out, x)| *out = log_of_normal(*x));
        } else {
            out.iter_mut().zip(x).for_each(|(out, x)| *out = self.step([*x]));
        }
    }
}

impl Remembers for Log {
    fn memory(&self) -> Memory {
        Memory::Bars(0)
    }
}

/// High word of √2 / 2, in place.
const HALF_ROOT: u64 = 0x3fe6_a09e << 32;
const ONE: u64 = 0x3ff0_0000 << 32;
const MANTISSA: u64 = (1 << 52) - 1;

/// ln 2 in two parts; the first has 32 trailing zeros, so that its multiples are exact.
const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// `[i]`: the factor of s to the power 2 (i + 1) in the approximation of (ln(1 + f) − 2 s) / s,
/// where s = f / (2 + f). The minimax polynomial of Sun's fdlibm (1993, `e_log`), which libm keeps.
const L: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// The steps of `libm::log` in their order, without its branches for what is not normal and
/// positive: a loop of these compiles to vector instructions, a loop of calls does not.
#[inline(always)]
fn log_of_normal(x: f64) -> f64 {
    // x = 2ᵏ (1 + f) with 1 + f between √2/2 and √2.
    let bits = x.to_bits() + (ONE - HALF_ROOT);
    // The bits of 2⁵² + i are those of 2⁵² with i at their end.
    let two_52 = 4_503_599_627_370_496.0_f64;
    let k = f64::from_bits((bits >> 52) | two_52.to_bits()) - (two_52 + 1023.0);
    let f = f64::from_bits((bits & MANTISSA) + HALF_ROOT) - 1.0;

    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (L[1] + w * (L[3] + w * L[5]));
    let odd = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    s * (half_square + (odd + even)) + k * LN2_LO - half_square + f + k * LN2_HI
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn many(x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        Log.steps([x], &mut out);
        out
    }

    #[test]
    fn what_has_no_logarithm_is_missing() {
        let out = many(&[1.0, 0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324]);
        assert_eq!(out[0].to_bits(), 0);
        assert!(out[1..5].iter().all(|v| v.is_nan()));
        assert_eq!(out[5], libm::log(5e-324));
    }

    #[test]
    fn near_one_and_at_the_ends_every_bit_is_libms() {
        let near = (-2000..2000).map(|i| 1.0 + f64::from(i) * 1e-4);
        let ends = [f64::MIN_POSITIVE, f64::MAX, std::f64::consts::SQRT_2, 0.5, 2.0, 1e300];
        let x: Vec<f64> = near.chain(ends).filter(|x| *x > 0.0).collect();
        let out = many(&x);
        assert!(x.iter().zip(out).all(|(x, got)| got.to_bits() == libm::log(*x).to_bits()));
    }

    proptest! {
        #[test]
        fn a_block_is_bar_by_bar(x in prop::collection::vec(1e-300..1e300_f64, 1..50)) {
            for (x, got) in x.iter().zip(many(&x)) {
                prop_assert_eq!(got.to_bits(), libm::log(*x).to_bits());
            }
        }

        #[test]
        fn and_over_all_positive_numbers(bits in prop::collection::vec((1_u64 << 52)..(0x7ff << 52), 1..50)) {
            let x: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            for (x, got) in x.iter().zip(many(&x)) {
                prop_assert_eq!(got.to_bits(), libm::log(*x).to_bits());
            }
        }
    }
}
