//! `exp` and `ln` from IEEE 754 operations alone, which every machine rounds alike. `const`, so
//! that tables made with them are made by the compiler.
//!
//! Both follow the published method of fdlibm (Ng 1993, SunPro: `e_exp.c`, `e_log.c`), whose
//! minimax coefficients these are; the error is below one unit in the last place.

/// ln 2 in two parts: the upper has 32 trailing zero bits, so its product with an exponent is exact.
const LN2_HI: f64 = 0.693_147_180_369_123_8;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// eˣ; infinite above 709.78, and 0 below −708, where doubles lose their precision.
#[inline]
pub const fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.78 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    // x = k·ln 2 + r with |r| ≤ ln 2 / 2
    let half = if x < 0.0 { -0.5 } else { 0.5 };
    let k = (x * std::f64::consts::LOG2_E + half) as i64;
    let hi = x - k as f64 * LN2_HI;
    let lo = k as f64 * LN2_LO;
    let r = hi - lo;
    // eʳ = 1 + 2r / (R(r) − r), R(r) = r·(eʳ + 1) / (eʳ − 1), even in r; c = r − (R − 2)
    let t = r * r;
    let c = r - t
        * (0.166_666_666_666_666_02
            + t * (-0.002_777_777_777_701_559_3
                + t * (6.613_756_321_437_934e-5
                    + t * (-1.653_390_220_546_525_2e-6 + t * 4.138_136_797_057_238_5e-8))));
    let value = 1.0 - ((lo - r * c / (2.0 - c)) - hi);
    // k is in −1022..=1024; 2¹⁰²⁴ is no double, so one factor of 2 goes apart.
    value * 2.0 * f64::from_bits(((k + 1022) as u64) << 52)
}

/// The natural logarithm; −∞ of 0 and NaN of what is negative.
#[inline]
pub const fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x < f64::MIN_POSITIVE {
        return if x == 0.0 {
            f64::NEG_INFINITY
        } else {
            ln(x * TWO_54) - 54.0 * (LN2_HI + LN2_LO)
        };
    }
    if x == f64::INFINITY {
        return x;
    }
    // x = 2ᵏ·(1 + f) with √½ ≤ 1 + f < √2
    const SQRT_HALF_BITS: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    let shifted = x.to_bits() + (1023_u64 << 52) - SQRT_HALF_BITS;
    let k = (shifted >> 52) as i64 - 1023;
    let mantissa = (shifted & ((1_u64 << 52) - 1)) + SQRT_HALF_BITS;
    let f = f64::from_bits(mantissa) - 1.0;
    // ln(1 + f) = f − f²/2 + s·(f²/2 + R(s²)), s = f / (2 + f)
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w
        * (0.399_999_999_994_094_2 + w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73));
    let even = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9
                + w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86)));
    let square = 0.5 * f * f;
    let k = k as f64;
    k * LN2_HI - ((square - (s * (square + odd + even) + k * LN2_LO)) - f)
}

const TWO_54: f64 = (1_u64 << 54) as f64;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the system's library is what ours is held against")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values_come_out() {
        assert_eq!(exp(0.0), 1.0);
        assert!((exp(1.0) - std::f64::consts::E).abs() < 5e-16); // one unit in the last place
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(2.0), std::f64::consts::LN_2);
        assert_eq!(ln(10.0), std::f64::consts::LN_10);
        assert_eq!(exp(-std::f64::consts::LN_2), 0.5);
    }

    #[test]
    fn the_edges_are_defined() {
        assert_eq!(exp(1000.0), f64::INFINITY);
        assert_eq!(exp(-1000.0), 0.0);
        assert!(exp(709.7).is_finite() && exp(-707.9) > 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan());
        assert!((ln(5e-324) + 744.440_071_921_381_2).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn exp_agrees_with_the_systems(x in -700.0..700.0_f64) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 4e-16, "{x}");
        }

        #[test]
        fn ln_agrees_with_the_systems(x in -700.0..700.0_f64) {
            let y = x.exp();
            prop_assert!((ln(y) - y.ln()).abs() <= 4e-16 * y.ln().abs().max(1e-3), "{y}");
        }
    }
}
