//! Bar by bar, and the bars before: arithmetic, conditions, lags.

use super::{kernel, made};
use crate::features::expr::functions::{Body, Function, Kind, Param};
use crate::features::kernels::logarithm::Log;
use crate::features::kernels::{arithmetic as a, events as e, memory as m};

const A: Param = Param::new("a", Kind::Value);
const B: Param = Param::new("b", Kind::Value);
const V: Param = Param::new("x", Kind::Value);
const P: Param = Param::new("p", Kind::Flag);
const Q: Param = Param::new("q", Kind::Flag);
const X: Param = Param::new("x", Kind::Series);
const N: Param = Param::new("n", Kind::Window);
const STEPS: Param = N.or("1");

pub const ELEMENTWISE: &[Function] = &[
    kernel!("add", [A, B], Series, 0.2, |_| made(a::Add), "a + b"),
    kernel!("sub", [A, B], Series, 0.2, |_| made(a::Sub), "a - b"),
    kernel!("mul", [A, B], Series, 0.2, |_| made(a::Mul), "a * b"),
    kernel!("div", [A, B], Series, 0.4, |_| made(a::Div), "a / b; missing where b is 0"),
    kernel!("neg", [V], Series, 0.2, |_| made(a::Neg), "-x"),
    kernel!("pow", [A, B], Series, 8.0, |_| made(a::Pow), "a ^ b; missing where it is not real"),
    kernel!("abs", [V], Series, 0.1, |_| made(a::Abs), "size of x"),
    kernel!("sign", [V], Series, 0.3, |_| made(a::Sign), "-1, 0 or 1"),
    kernel!("sqrt", [V], Series, 0.6, |_| made(a::Sqrt), "square root; missing below 0"),
    kernel!("log", [V], Series, 1.6, |_| made(Log), "natural logarithm; missing at 0 and below"),
    kernel!("exp", [V], Series, 5.0, |_| made(a::Exp), "e to the power of x"),
    kernel!("floor", [V], Series, 0.3, |_| made(a::Floor), "the whole number at or below x"),
    kernel!("least", [A, B], Series, 0.2, |_| made(a::Min), "the smaller of two"),
    kernel!("greatest", [A, B], Series, 0.2, |_| made(a::Max), "the larger of two"),
    kernel!(
        "ratio",
        [A, B, Param::new("if_zero", Kind::Number)],
        Series,
        0.4,
        |s| made(a::Ratio { if_zero: s.numbers[0] }),
        "a / b, or if_zero where b is 0"
    ),
    kernel!(
        "fill",
        [X, Param::new("value", Kind::Number)],
        Series,
        0.2,
        |s| made(a::Fill { value: s.numbers[0] }),
        "x, or value where x is missing"
    ),
];

pub const CONDITIONS: &[Function] = &[
    kernel!("lt", [A, B], Flag, 0.2, |_| made(a::Lt), "a < b"),
    kernel!("le", [A, B], Flag, 0.2, |_| made(a::Le), "a <= b"),
    kernel!("gt", [A, B], Flag, 0.2, |_| made(a::Gt), "a > b"),
    kernel!("ge", [A, B], Flag, 0.2, |_| made(a::Ge), "a >= b"),
    kernel!("eq", [A, B], Flag, 0.2, |_| made(a::Eq), "a == b"),
    kernel!("ne", [A, B], Flag, 0.2, |_| made(a::Ne), "a != b"),
    kernel!("and", [P, Q], Flag, 0.2, |_| made(a::And), "both"),
    kernel!("or", [P, Q], Flag, 0.2, |_| made(a::Or), "either"),
    kernel!("not", [P], Flag, 0.2, |_| made(a::Not), "the opposite"),
    kernel!("where", [P, A, B], Series, 0.3, |_| made(a::Where), "a where p holds, else b"),
    kernel!(
        "bars_since",
        [P],
        Series,
        1.5,
        |_| made(e::BarsSince::new()),
        "bars since p held last; missing before it ever did"
    ),
    kernel!(
        "streak",
        [P],
        Series,
        1.5,
        |_| made(e::Streak::new()),
        "bars in a row on which p held"
    ),
    kernel!(
        "value_when",
        [P, X],
        Series,
        1.5,
        |_| made(e::ValueWhen::new()),
        "x on the last bar on which p held"
    ),
];

pub const PAST: &[Function] = &[
    kernel!("lag", [X, N], Series, 0.2, |s| made(m::Lag::new(s.window(0))), "x n bars ago"),
    kernel!(
        "diff",
        [X, STEPS],
        Series,
        0.3,
        |s| made(m::Diff::new(s.window(0))),
        "x less x n bars ago"
    ),
    kernel!(
        "cumsum",
        [X],
        Series,
        3.0,
        |_| made(m::Cumsum::new()),
        "running total since the first bar; its level depends on that bar"
    ),
];
