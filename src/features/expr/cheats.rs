//! Operators that break the promises, for the tests of the proof: no other build has them.

use super::functions::{Body, Function, Kind, Made, Param};
use crate::features::kernels::{Kernel, PerBar, memory::Lag};
use crate::features::lookback::Lookback;

const X: Param = Param::new("x", Kind::Series);
const N: Param = Param::new("n", Kind::Window);

pub const TABLE: &[Function] = &[
    Function {
        name: "peek",
        params: &[X, N],
        gives: Kind::Series,
        help: "x n bars later",
        body: Body::Kernel { make: |s| claims(Peek(s.window(0)), 0), cost: 1.0 },
    },
    Function {
        name: "forgetful",
        params: &[X],
        gives: Kind::Series,
        help: "x ten bars ago, said to be one bar ago",
        body: Body::Kernel { make: |_| claims(PerBar(Lag::new(10)), 1), cost: 1.0 },
    },
    Function {
        name: "moody",
        params: &[X],
        gives: Kind::Series,
        help: "x less the first x of the block",
        body: Body::Kernel { make: |_| claims(Moody, 0), cost: 1.0 },
    },
];

fn claims(kernel: impl Kernel + 'static, n_bars: u64) -> Made {
    Made { kernel: Box::new(kernel), lookback: Lookback::bars(n_bars) }
}

struct Peek(usize);

impl Kernel for Peek {
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]) {
        let last = out.len().saturating_sub(1);
        for (i, value) in out.iter_mut().enumerate() {
            *value = inputs[0][(i + self.0).min(last)];
        }
    }
}

struct Moody;

impl Kernel for Moody {
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]) {
        for (i, value) in out.iter_mut().enumerate() {
            *value = inputs[0][i] - inputs[0][0];
        }
    }
}
