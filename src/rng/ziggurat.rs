//! The ziggurat (Marsaglia & Tsang 2000, "The ziggurat method for generating random variables",
//! J. Stat. Softw. 5(8)): a density covered by 256 layers of equal area, so that 99 % of the draws
//! cost one multiplication and one comparison.
//!
//! The layer comes from bits the position does not use, as Doornik (2005, "An improved ziggurat
//! method to generate normal random samples") asks for.

use super::{Rng, exp, ln, unit};

/// One density, cut into layers: `x[i]` is the width of layer `i`, `f[i]` the density there.
struct Ziggurat {
    x: [f64; LAYERS + 1],
    f: [f64; LAYERS + 1],
}

const LAYERS: usize = 256;

/// Where the normal's tail begins, with 256 layers (Marsaglia & Tsang 2000).
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
/// The area of a layer: R·f(R) + ∫_R^∞ f, with f(x) = e^(−x²/2).
const NORMAL_AREA: f64 = 0.004_928_673_233_974_658;

/// The same two for f(x) = e^(−x).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
const EXPONENTIAL_AREA: f64 = 0.003_949_659_822_581_557;

static NORMAL: Ziggurat = {
    let (mut x, mut f) = ([0.0; LAYERS + 1], [1.0; LAYERS + 1]);
    x[0] = NORMAL_AREA / exp(-0.5 * NORMAL_TAIL * NORMAL_TAIL);
    x[1] = NORMAL_TAIL;
    let mut i = 1;
    while i < LAYERS {
        f[i] = exp(-0.5 * x[i] * x[i]);
        if i + 1 < LAYERS {
            // √q as e^(½ ln q): square roots are not `const`.
            x[i + 1] = exp(0.5 * ln(-2.0 * ln(NORMAL_AREA / x[i] + f[i])));
        }
        i += 1;
    }
    Ziggurat { x, f }
};

static EXPONENTIAL: Ziggurat = {
    let (mut x, mut f) = ([0.0; LAYERS + 1], [1.0; LAYERS + 1]);
    x[0] = EXPONENTIAL_AREA / exp(-EXPONENTIAL_TAIL);
    x[1] = EXPONENTIAL_TAIL;
    let mut i = 1;
    while i < LAYERS {
        f[i] = exp(-x[i]);
        if i + 1 < LAYERS {
            x[i + 1] = -ln(EXPONENTIAL_AREA / x[i] + f[i]);
        }
        i += 1;
    }
    Ziggurat { x, f }
};

#[inline]
pub(super) fn normal(rng: &mut Rng) -> f64 {
    loop {
        let bits = rng.next_u64();
        let layer = usize::from(bits as u8);
        let x = (2.0 * unit(bits) - 1.0) * NORMAL.x[layer];
        if x.abs() < NORMAL.x[layer + 1] {
            return x;
        }
        if let Some(x) = normal_at_the_rim(rng, layer, x) {
            return x;
        }
    }
}

#[inline]
pub(super) fn exponential(rng: &mut Rng) -> f64 {
    loop {
        let bits = rng.next_u64();
        let layer = usize::from(bits as u8);
        let x = unit(bits) * EXPONENTIAL.x[layer];
        if x < EXPONENTIAL.x[layer + 1] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_TAIL - ln(1.0 - rng.uniform());
        }
        if under(&EXPONENTIAL, layer, rng.uniform(), exp(-x)) {
            return x;
        }
    }
}

#[cold]
fn normal_at_the_rim(rng: &mut Rng, layer: usize, x: f64) -> Option<f64> {
    if layer == 0 {
        return Some(normal_tail(rng).copysign(x));
    }
    under(&NORMAL, layer, rng.uniform(), exp(-0.5 * x * x)).then_some(x)
}

/// Beyond the last layer (Marsaglia 1964, "Generating a variable from the tail of the normal
/// distribution").
fn normal_tail(rng: &mut Rng) -> f64 {
    loop {
        let x = -ln(1.0 - rng.uniform()) / NORMAL_TAIL;
        let y = -ln(1.0 - rng.uniform());
        if 2.0 * y > x * x {
            return NORMAL_TAIL + x;
        }
    }
}

/// Whether a point at height `u` between the bounds of `layer` lies under the density.
fn under(ziggurat: &Ziggurat, layer: usize, u: f64, density: f64) -> bool {
    let (low, high) = (ziggurat.f[layer], ziggurat.f[layer + 1]);
    low + (high - low) * u < density
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The top layer must close exactly: its area over its width, on its height, is the peak 1.
    #[test]
    fn the_layers_have_equal_areas_and_end_at_the_peak() {
        for (z, area) in [(&NORMAL, NORMAL_AREA), (&EXPONENTIAL, EXPONENTIAL_AREA)] {
            assert!((area / z.x[LAYERS - 1] + z.f[LAYERS - 1] - 1.0).abs() < 1e-12);
            assert!(z.x.windows(2).all(|w| w[0] > w[1]));
            for i in 1..LAYERS - 1 {
                assert!((z.x[i] * (z.f[i + 1] - z.f[i]) - area).abs() < 1e-14, "layer {i}");
            }
        }
    }
}
