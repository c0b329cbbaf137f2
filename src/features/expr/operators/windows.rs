//! Over the last n bars, and smoothers.

use super::{kernel, made};
use crate::features::expr::functions::{Body, Function, Kind, Param};
use crate::features::kernels::{
    covariance as cv, deviation as d, extremes as x, moments as mo, order as o, regression as r,
    smooth::{Smoother, Wma},
    sums as su,
};

const X: Param = Param::new("x", Kind::Series);
const Y: Param = Param::new("y", Kind::Series);
const N: Param = Param::new("n", Kind::Window);
const Q: Param = Param::new("q", Kind::Number).between(0.0, 1.0);
const N2: Param = N.at_least(2.0);
const N3: Param = N.at_least(3.0);
const N4: Param = N.at_least(4.0);

pub const WINDOWS: &[Function] = &[
    kernel!("sum", [X, N], Series, 1.2, |s| made(su::Sum::new(s.window(0))), "sum of n bars"),
    kernel!(
        "mean",
        [X, N],
        Series,
        1.5,
        |s| made(su::Mean::new(s.window(0))),
        "mean of n bars; of a condition: the share of bars on which it held"
    ),
    kernel!("min", [X, N], Series, 1.3, |s| made(x::RollMin::new(s.window(0))), "lowest of n bars"),
    kernel!(
        "max",
        [X, N],
        Series,
        1.3,
        |s| made(x::RollMax::new(s.window(0))),
        "highest of n bars"
    ),
    kernel!(
        "argmin",
        [X, N],
        Series,
        5.0,
        |s| made(x::ArgMin::new(s.window(0))),
        "bars since the lowest of n bars, the latest of equals"
    ),
    kernel!(
        "argmax",
        [X, N],
        Series,
        5.0,
        |s| made(x::ArgMax::new(s.window(0))),
        "bars since the highest of n bars, the latest of equals"
    ),
    kernel!(
        "var",
        [X, N2],
        Series,
        2.5,
        |s| made(mo::Var::new(s.window(0))),
        "sample variance of n bars"
    ),
    kernel!(
        "std",
        [X, N2],
        Series,
        2.7,
        |s| made(mo::Std::new(s.window(0))),
        "sample standard deviation of n bars; exactly 0 where they are equal"
    ),
    kernel!(
        "zscore",
        [X, N2],
        Series,
        3.0,
        |s| made(mo::ZScore::new(s.window(0))),
        "standard deviations above the mean of n bars; 0 where they are equal"
    ),
    kernel!(
        "skew",
        [X, N3],
        Series,
        4.7,
        |s| made(mo::Skew::new(s.window(0))),
        "skewness of n bars; 0 where they are equal"
    ),
    kernel!(
        "kurt",
        [X, N4],
        Series,
        9.0,
        |s| made(mo::Kurt::new(s.window(0))),
        "excess kurtosis of n bars; 0 where they are equal"
    ),
    kernel!(
        "_mean_dev",
        [X, Y, N],
        Series,
        2.5,
        |s| made(d::MeanDev::new(s.window(0))),
        "mean distance of n bars from their mean y"
    ),
    kernel!(
        "rank",
        [X, N],
        Series,
        30.0,
        |s| made(o::Rank::new(s.window(0))),
        "rank of this bar among n, as a share; ties share the average"
    ),
    kernel!(
        "quantile",
        [X, N, Q],
        Series,
        30.0,
        |s| made(o::Quantile::new(s.window(0), s.numbers[1])),
        "q-quantile of n bars, interpolated"
    ),
    kernel!(
        "median",
        [X, N],
        Series,
        30.0,
        |s| made(o::Median::new(s.window(0))),
        "median of n bars"
    ),
    kernel!(
        "slope",
        [X, N2],
        Series,
        5.0,
        |s| made(r::Slope::new(s.window(0))),
        "slope a bar of the line through n bars; 0 where they are equal"
    ),
    kernel!(
        "r2",
        [X, N2],
        Series,
        7.0,
        |s| made(r::R2::new(s.window(0))),
        "fit of the line through n bars, 0 to 1; 0 where they are equal"
    ),
    kernel!(
        "residual",
        [X, N2],
        Series,
        5.0,
        |s| made(r::Residual::new(s.window(0))),
        "this bar above the line through n bars"
    ),
    kernel!(
        "cov",
        [X, Y, N2],
        Series,
        5.0,
        |s| made(cv::Cov::new(s.window(0))),
        "sample covariance of n bars"
    ),
    kernel!(
        "corr",
        [X, Y, N2],
        Series,
        5.7,
        |s| made(cv::Corr::new(s.window(0))),
        "correlation of n bars; 0 where either is constant"
    ),
    kernel!(
        "beta",
        [X, Y, N2],
        Series,
        6.0,
        |s| made(cv::Beta::new(s.window(0))),
        "slope of x on y over n bars; 0 where y is constant"
    ),
];

pub const SMOOTHERS: &[Function] = &[
    Function {
        name: "ema",
        params: &[X, N],
        gives: Kind::Series,
        help: "exponential average, alpha = 2 / (n + 1), begun with the first value",
        body: Body::Smoother(|s| Smoother::exponential(s.window(0))),
    },
    Function {
        name: "rma",
        params: &[X, N],
        gives: Kind::Series,
        help: "Wilder's average, alpha = 1 / n, begun with the first value",
        body: Body::Smoother(|s| Smoother::wilder(s.window(0))),
    },
    kernel!(
        "wma",
        [X, N],
        Series,
        5.0,
        |s| made(Wma::new(s.window(0))),
        "linearly weighted average of n bars"
    ),
];
