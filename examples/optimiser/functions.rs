//! Functions to try optimisers on; smaller is better. bench/optimisers.py has their twins.

use super::{Point, Value};

/// A function, its space as a user would write it, and the noise that is put on it.
pub struct Function {
    pub name: &'static str,
    pub space: &'static str,
    pub least: f64,
    pub noise: f64,
    pub value: fn(&Point) -> f64,
}

/// Defaults of the samplers were chosen on the first four; the last two were never looked at for it.
pub const FUNCTIONS: [Function; 6] = [
    Function {
        name: "branin",
        space: r#"{"x": {"float": [-5, 10]}, "y": {"float": [0, 15]}}"#,
        least: 0.397_887,
        noise: 0.5,
        value: branin,
    },
    Function {
        name: "hartmann6",
        space: r#"{"a": {"float": [0, 1]}, "b": {"float": [0, 1]}, "c": {"float": [0, 1]},
                   "d": {"float": [0, 1]}, "e": {"float": [0, 1]}, "f": {"float": [0, 1]}}"#,
        least: -3.322_37,
        noise: 0.1,
        value: hartmann6,
    },
    Function {
        name: "rosenbrock_log",
        space: r#"{"a": {"log": [0.01, 100]}, "b": {"log": [0.01, 100]}, "c": {"log": [0.01, 100]}}"#,
        least: 0.0,
        noise: 0.1,
        value: rosenbrock_log,
    },
    Function {
        name: "mixed",
        space: r#"{"learning_rate": {"log": [0.005, 0.5]}, "max_depth": {"int": [2, 12]},
                   "row_sampling": {"float": [0.3, 1], "step": 0.05},
                   "min_child": {"int_log": [1, 256]}, "growth": {"choice": ["depth", "leaf", "both"]},
                   "monotone": {"bool": "any"}, "rounds": 200}"#,
        least: 0.0,
        noise: 0.1,
        value: mixed,
    },
    Function {
        name: "levy5",
        space: r#"{"a": {"float": [-10, 10]}, "b": {"float": [-10, 10]}, "c": {"float": [-10, 10]},
                   "d": {"float": [-10, 10]}, "e": {"float": [-10, 10]}}"#,
        least: 0.0,
        noise: 0.5,
        value: levy5,
    },
    Function {
        name: "rule",
        space: r#"{"fast": {"int": [3, 60], "step": 3}, "slow": {"int_log": [20, 500]},
                   "stop": {"float": [0.5, 5], "step": 0.25}, "entry": {"float": [0, 3]},
                   "side": {"choice": ["long", "short", "both"]}}"#,
        least: -0.000_235,
        noise: 0.05,
        value: rule,
    },
];

/// Branin & Hoo 1972; its least value is 0.397887.
fn branin(point: &Point) -> f64 {
    let (x, y) = (number(point, "x"), number(point, "y"));
    let pi = std::f64::consts::PI;
    let bend = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
    bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * libm::cos(x) + 10.0
}

/// Hartmann 1972, in six dimensions; its least value is −3.32237.
fn hartmann6(point: &Point) -> f64 {
    const ALPHA: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let x = ["a", "b", "c", "d", "e", "f"].map(|name| number(point, name));
    let hill = |i: usize| {
        let far: f64 = (0..6).map(|j| A[i][j] * (x[j] - P[i][j]) * (x[j] - P[i][j])).sum();
        ALPHA[i] * libm::exp(-far)
    };
    -(0..4).map(hill).sum::<f64>()
}

/// ln(1 + Rosenbrock 1960) over four decades of each variable; its least value is 0, at 1, 1, 1.
fn rosenbrock_log(point: &Point) -> f64 {
    let x = ["a", "b", "c"].map(|name| number(point, name));
    let valley = |i: usize| {
        let (across, along) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        100.0 * across * across + along * along
    };
    libm::log1p(valley(0) + valley(1))
}

/// Made up after the tuning of boosted trees: mixed dimensions, some of which depend on others.
fn mixed(point: &Point) -> f64 {
    let growth = point["growth"].as_text().unwrap_or_default();
    let (best_depth, level) = match growth {
        "depth" => (6.0, 0.3),
        "leaf" => (8.0, 0.0),
        _ => (4.0, 0.6),
    };
    let rate = libm::log(number(point, "learning_rate") / 0.05);
    let depth = (number(point, "max_depth") - best_depth) / 3.0;
    let rows = number(point, "row_sampling") - 0.8;
    let child = libm::log2(number(point, "min_child") / 20.0) / 3.0;
    let flag = if point["monotone"] == Value::Bool(true) { 0.2 } else { 0.0 };
    rate * rate / 1.44
        + depth * depth
        + 0.3 * rate * depth
        + 2.0 * rows * rows
        + child * child
        + level
        + flag
}

/// Levy & Montalvo 1985, in five dimensions; its least value is 0, at 1, …, 1.
fn levy5(point: &Point) -> f64 {
    let pi = std::f64::consts::PI;
    let w = ["a", "b", "c", "d", "e"].map(|name| 1.0 + (number(point, name) - 1.0) / 4.0);
    let square = |x: f64| x * x;
    let middle = |w: &f64| square(w - 1.0) * (1.0 + 10.0 * square(libm::sin(pi * w + 1.0)));
    let last = square(w[4] - 1.0) * (1.0 + square(libm::sin(2.0 * pi * w[4])));
    square(libm::sin(pi * w[0])) + w[..4].iter().map(middle).sum::<f64>() + last
}

/// Made up after the parameters of a trading rule: steps, a ratio that counts, two optima.
fn rule(point: &Point) -> f64 {
    let ratio = libm::log(number(point, "slow") / number(point, "fast")) - libm::log(8.0);
    let (stop, entry) = (number(point, "stop"), number(point, "entry"));
    let hill = |centre: f64, width: f64, height: f64| {
        let far = ratio * ratio
            + (stop - centre) * (stop - centre) / width
            + (entry - 1.5) * (entry - 1.5);
        height * libm::exp(-far)
    };
    let side = match point["side"].as_text() {
        Some("long") => 1.0,
        Some("short") => 0.5,
        _ => 0.8,
    };
    1.0 - side * (hill(1.5, 0.5, 0.7) + hill(3.5, 1.0, 1.0))
}

fn number(point: &Point, name: &str) -> f64 {
    point.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}
