//! Bar by bar: arithmetic, comparisons, logic.
//!
//! A missing input gives a missing value, except where a line below says otherwise; so does
//! whatever has no finite result. Truth is 1 and 0, and what is neither 0 nor missing is true.
//! Each is a few selections without a branch, so that its loop compiles to vector instructions
//! (but for logarithm, exponential and power, which are libm's: the C library's last bits differ
//! from one version and processor to the next).

use super::{Memory, Remembers, Step, finite};

/// Kernels without memory or parameters: inputs, their number, value.
macro_rules! bar_by_bar {
    ($($(#[$doc:meta])* $name:ident($($x:ident),+): $n:literal = $value:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $name;

        impl Step<$n> for $name {
            #[inline(always)]
            fn step(&mut self, [$($x),+]: [f64; $n]) -> f64 {
                finite($value)
            }
        }

        impl Remembers for $name {
            fn memory(&self) -> Memory {
                Memory::Bars(0)
            }
        }
    )+};
}

bar_by_bar! {
    /// a + b
    Add(a, b): 2 = a + b;
    /// a − b
    Sub(a, b): 2 = a - b;
    /// a · b
    Mul(a, b): 2 = a * b;
    /// a / b; missing where b is 0.
    Div(a, b): 2 = a / b;
    /// −x
    Neg(x): 1 = -x;
    /// |x|
    Abs(x): 1 = x.abs();
    /// eˣ
    Exp(x): 1 = libm::exp(x);
    /// Square root; missing below 0.
    Sqrt(x): 1 = x.sqrt();
    /// −1, 0 or 1.
    Sign(x): 1 = known(x, truth(x > 0.0) - truth(x < 0.0));
    /// aᵇ; missing where that is no real number.
    Pow(a, b): 2 = known(a + b, libm::pow(a, b));
    /// The lower of the two.
    Min(a, b): 2 = known(a + b, if a < b { a } else { b });
    /// The higher of the two.
    Max(a, b): 2 = known(a + b, if a > b { a } else { b });
    /// The next whole number down.
    Floor(x): 1 = floor(x);
    /// a < b
    Lt(a, b): 2 = known(a + b, truth(a < b));
    /// a ≤ b
    Le(a, b): 2 = known(a + b, truth(a <= b));
    /// a > b
    Gt(a, b): 2 = known(a + b, truth(a > b));
    /// a ≥ b
    Ge(a, b): 2 = known(a + b, truth(a >= b));
    /// a = b
    Eq(a, b): 2 = known(a + b, truth(a == b));
    /// a ≠ b
    Ne(a, b): 2 = known(a + b, truth(a != b));
    /// Both are true.
    And(a, b): 2 = known(a + b, truth((a != 0.0) & (b != 0.0)));
    /// One of them is true, or both.
    Or(a, b): 2 = known(a + b, truth((a != 0.0) | (b != 0.0)));
    /// It is not true.
    Not(x): 1 = known(x, truth(x == 0.0));
    /// Inputs (condition, a, b): a where the condition is true, else b. The one not chosen may be
    /// missing.
    Where(condition, a, b): 3 = known(condition, if condition != 0.0 { a } else { b });
}

/// a / b, or `if_zero` where b is 0.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    pub if_zero: f64,
}

impl Step<2> for Ratio {
    #[inline(always)]
    fn step(&mut self, [a, b]: [f64; 2]) -> f64 {
        let quotient = a / b;
        finite(known(a, if b == 0.0 { self.if_zero } else { quotient }))
    }
}

/// At least `lo`, at most `hi`.
#[derive(Debug, Clone, Copy)]
pub struct Clip {
    pub lo: f64,
    pub hi: f64,
}

impl Step<1> for Clip {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        let floored = if x < self.lo { self.lo } else { x };
        finite(if floored > self.hi { self.hi } else { floored })
    }
}

/// `value` where the input is missing.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    pub value: f64,
}

impl Step<1> for Fill {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        finite(if x.is_finite() { x } else { self.value })
    }
}

impl Remembers for Ratio {
    fn memory(&self) -> Memory {
        Memory::Bars(0)
    }
}

impl Remembers for Clip {
    fn memory(&self) -> Memory {
        Memory::Bars(0)
    }
}

impl Remembers for Fill {
    fn memory(&self) -> Memory {
        Memory::Bars(0)
    }
}

/// `value`, or missing where the `witness` is. The sum of two columns is missing where either is.
#[inline(always)]
fn known(witness: f64, value: f64) -> f64 {
    if witness.is_nan() { f64::NAN } else { value }
}

#[inline(always)]
fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// From 2⁵² on every `f64` is whole.
const ALL_WHOLE: f64 = 4_503_599_627_370_496.0;

/// `f64::floor` is a call on plain x86-64; adding and taking off 2⁵² rounds to the nearest whole
/// number in two additions, exactly.
#[inline(always)]
fn floor(x: f64) -> f64 {
    let size = x.abs();
    let whole = ((size + ALL_WHOLE) - ALL_WHOLE).copysign(x);
    let down = if whole > x { whole - 1.0 } else { whole };
    if size < ALL_WHOLE { down } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GAP: f64 = f64::NAN;

    #[test]
    fn nothing_undefined_gets_a_number() {
        for x in [
            Div.step([1.0, 0.0]),
            Div.step([0.0, 0.0]),
            Sqrt.step([-1.0]),
            Exp.step([1e3]),
            Pow.step([-8.0, 1.0 / 3.0]),
            Pow.step([0.0, -1.0]),
            Mul.step([1e200, 1e200]),
        ] {
            assert!(x.is_nan(), "{x}");
        }
        assert_eq!([Exp.step([0.0]), Sqrt.step([9.0])], [1.0, 3.0]);
        assert_eq!([Pow.step([-2.0, 3.0]), Sign.step([-2.0]), Sign.step([0.0])], [-8.0, -1.0, 0.0]);
    }

    #[test]
    fn a_ratio_has_its_own_answer_to_zero() {
        let mut ratio = Ratio { if_zero: 0.5 };
        assert_eq!([ratio.step([3.0, 0.0]), ratio.step([3.0, 2.0])], [0.5, 1.5]);
        assert!(ratio.step([GAP, 0.0]).is_nan() && ratio.step([1.0, GAP]).is_nan());
    }

    #[test]
    fn comparisons_are_one_and_zero() {
        let (low, high) = ([1.0, 2.0], [2.0, 2.0]);
        assert_eq!([Lt.step(low), Le.step(low), Gt.step(low), Ge.step(low)], [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(
            [Lt.step(high), Le.step(high), Gt.step(high), Ge.step(high)],
            [0.0, 1.0, 0.0, 1.0]
        );
        assert_eq!(
            [Eq.step(low), Ne.step(low), Eq.step(high), Ne.step(high)],
            [0.0, 1.0, 1.0, 0.0]
        );
        assert_eq!([Min.step(low), Max.step(low)], low);
    }

    #[test]
    fn logic_takes_anything_but_zero_as_true() {
        let both = |a: f64, b: f64| [And.step([a, b]), Or.step([a, b])];
        assert_eq!(
            [both(1.0, -2.0), both(1.0, 0.0), both(0.0, 0.0)],
            [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
        );
        assert_eq!([Not.step([0.0]), Not.step([3.0])], [1.0, 0.0]);
    }

    #[test]
    fn one_missing_input_is_enough() {
        let mut two: [Box<dyn Step<2>>; 14] = [
            Box::new(Add),
            Box::new(Sub),
            Box::new(Mul),
            Box::new(Div),
            Box::new(Min),
            Box::new(Max),
            Box::new(Lt),
            Box::new(Le),
            Box::new(Gt),
            Box::new(Ge),
            Box::new(Eq),
            Box::new(Ne),
            Box::new(And),
            Box::new(Or),
        ];
        for kernel in &mut two {
            assert!(kernel.step([GAP, 0.0]).is_nan() && kernel.step([0.0, GAP]).is_nan());
        }
        // pow(NaN, 0) and pow(1, NaN) are 1 in the C library.
        assert!(Pow.step([GAP, 0.0]).is_nan() && Pow.step([1.0, GAP]).is_nan());
        assert!(
            Sign.step([GAP]).is_nan() && Not.step([GAP]).is_nan() && Floor.step([GAP]).is_nan()
        );
        assert!(Clip { lo: 0.0, hi: 1.0 }.step([GAP]).is_nan());
    }

    #[test]
    fn a_choice_needs_its_condition_and_what_it_chooses() {
        assert_eq!([Where.step([1.0, 2.0, GAP]), Where.step([0.0, GAP, 3.0])], [2.0, 3.0]);
        assert!(Where.step([GAP, 2.0, 3.0]).is_nan() && Where.step([1.0, GAP, 3.0]).is_nan());
        let mut fill = Fill { value: 7.0 };
        assert_eq!([fill.step([GAP]), fill.step([1.0])], [7.0, 1.0]);
    }

    #[test]
    fn a_clip_keeps_within_its_bounds() {
        let mut clip = Clip { lo: -1.0, hi: 2.0 };
        assert_eq!([-3.0, 0.5, 9.0].map(|x| clip.step([x])), [-1.0, 0.5, 2.0]);
    }

    proptest! {
        #[test]
        fn floor_is_floor(x in proptest::num::f64::NORMAL | proptest::num::f64::ZERO, near in -1e4..1e4f64) {
            prop_assert_eq!(floor(x), x.floor());
            prop_assert_eq!(floor(near), near.floor());
            prop_assert_eq!(floor(near.round()), near.round());
        }
    }
}
