//! The naive twin of every window kernel: cut the window out, compute from scratch. And what all
//! kernels promise, tested over all of them at once.

use proptest::prelude::*;

use super::{Kernel, Memory, Remembers, Step};

/// A naive value and the size of the numbers it is made of, which its rounding error goes by.
pub type Value = (f64, f64);

/// Steps a kernel over rows of inputs.
pub fn run<const N: usize>(kernel: &mut impl Step<N>, rows: &[[f64; N]]) -> Vec<f64> {
    rows.iter().map(|row| kernel.step(*row)).collect()
}

/// Rows of one column.
pub fn column(values: &[f64]) -> Vec<[f64; 1]> {
    values.iter().map(|v| [*v]).collect()
}

/// Asserts that the kernel equals `naive` on each window, within `tolerance` of its size.
pub fn assert_twin<const N: usize>(
    mut kernel: impl Step<N> + Remembers,
    rows: &[[f64; N]],
    tolerance: f64,
    naive: impl Fn(&[[f64; N]]) -> Value,
) {
    let Memory::Bars(past) = kernel.memory() else { panic!("not a window") };
    let n = past as usize + 1;
    for (i, got) in run(&mut kernel, rows).into_iter().enumerate() {
        let window = (i + 1).checked_sub(n).map(|from| &rows[from..=i]);
        let full = window.filter(|w| w.iter().flatten().all(|v| !v.is_nan()));
        let (want, size) = full.map_or((f64::NAN, 0.0), &naive);
        let near = (got - want).abs() <= tolerance * size || got == want;
        let same_absence = got.is_nan() && want.is_nan();
        assert!(near || same_absence, "bar {i}, n {n}: {got:e}, naively {want:e}: {full:?}");
    }
}

/// The same on made-up data of every nasty kind, for short and long windows.
pub fn assert_twin_everywhere<const N: usize, K: Step<N> + Remembers>(
    make: impl Fn(usize) -> K,
    tolerance: f64,
    naive: impl Fn(&[[f64; N]]) -> Value,
) {
    for n in [1, 2, 3, 4, 7, 20, 64] {
        for rows in nasty::<N>() {
            assert_twin(make(n), &rows, tolerance, &naive);
        }
    }
}

/// Noise, with gaps, with ties, constant stretches, a price, a spike passing through.
fn nasty<const N: usize>() -> Vec<Vec<[f64; N]>> {
    let mut noise = Noise(7);
    let kinds: [fn(&mut Noise, usize) -> f64; 6] = [
        |noise, _| noise.unit() - 0.5,
        |noise, _| if noise.unit() < 0.03 { f64::NAN } else { noise.unit() - 0.5 },
        |noise, _| (noise.unit() * 4.0).floor(),
        |noise, i| if i % 200 < 120 { 0.1 } else { (noise.unit() * 3.0).floor() / 3.0 },
        |noise, _| 60_000.0 + 20.0 * (noise.unit() - 0.5),
        |noise, i| if i % 97 == 40 { 1e12 } else { 1.0 + noise.unit() },
    ];
    kinds
        .iter()
        .map(|kind| (0..400).map(|i| std::array::from_fn(|_| kind(&mut noise, i))).collect())
        .collect()
}

/// Any data: missing, tied, small, large.
pub fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => Just(f64::NAN),
        1 => Just(1e12),
        6 => (-3i32..4).prop_map(f64::from),
        12 => -1e3..1e3f64,
    ]
}

/// A window length, and rows for it.
pub fn any_rows<const N: usize>() -> impl Strategy<Value = (usize, Vec<[f64; N]>)> {
    let row =
        proptest::collection::vec(any_value(), N).prop_map(|row| std::array::from_fn(|k| row[k]));
    (1usize..24, proptest::collection::vec(row, 0..120))
}

/// Central Σxx, Σyy, Σxy in two passes; columns are measured from their first bar.
pub fn central_sums(pairs: &[(f64, f64)]) -> (f64, f64, f64) {
    let n = pairs.len() as f64;
    let (x0, y0) = pairs[0];
    let mean_x = pairs.iter().map(|(x, _)| x - x0).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|(_, y)| y - y0).sum::<f64>() / n;
    let deviations = pairs.iter().map(|(x, y)| (x - x0 - mean_x, y - y0 - mean_y));
    deviations.fold((0.0, 0.0, 0.0), |(xx, yy, xy), (x, y)| (xx + x * x, yy + y * y, xy + x * y))
}

/// Knuth's MMIX generator: enough for test data.
pub struct Noise(pub u64);

impl Noise {
    pub fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A price near 60,000 that stays within 10 of it.
    pub fn price(&mut self) -> f64 {
        60_000.0 + 20.0 * (self.unit() - 0.5)
    }
}

mod all {
    use super::super::*;

    /// Kernels by name, with the number of their inputs.
    pub type Named = (String, usize, Box<dyn Fn() -> Box<dyn Kernel>>);

    macro_rules! kernels {
        ($($n:literal: $($make:expr),+;)+) => {
            vec![$($((
                stringify!($make).to_owned(),
                $n,
                Box::new(move || Box::new(PerBar::<_, $n>($make)) as Box<dyn Kernel>) as Box<_>,
            )),+),+]
        };
    }

    pub fn pointwise() -> Vec<Named> {
        use arithmetic::*;
        use logarithm::Log;
        kernels! {
            1: Neg, Abs, Log, Exp, Sqrt, Sign, Floor, Not, Clip { lo: -1.0, hi: 2.0 },
               Fill { value: 7.0 };
            2: Add, Sub, Mul, Div, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or,
               Ratio { if_zero: 1.0 };
            3: Where;
        }
    }

    pub fn recursive() -> Vec<Named> {
        kernels! {
            1: memory::Cumsum::new(), smooth::Smoother::exponential(5), smooth::Smoother::wilder(14),
               events::BarsSince::new(), events::Streak::new();
            2: events::ValueWhen::new(), session::SessionMax::new(), session::SessionMin::new(),
               session::SessionOpen::new(), session::LastSessionMax::new(),
               session::LastSessionMin::new(), session::LastSessionOpen::new(),
               session::LastSessionClose::new();
            3: session::SessionVwap::new();
        }
    }

    pub fn windowed(n: usize) -> Vec<Named> {
        kernels! {
            1: sums::Sum::new(n), sums::Mean::new(n), extremes::RollMin::new(n),
               extremes::RollMax::new(n), extremes::ArgMin::new(n), extremes::ArgMax::new(n),
               moments::Var::new(n), moments::Std::new(n), moments::ZScore::new(n),
               moments::Skew::new(n), moments::Kurt::new(n), order::Rank::new(n),
               order::Quantile::new(n, 0.3), order::Median::new(n), smooth::Wma::new(n),
               regression::Slope::new(n), regression::R2::new(n), regression::Residual::new(n);
            2: regression::Cov::new(n), regression::Corr::new(n), regression::Beta::new(n);
        }
    }

    pub fn kernels() -> Vec<Named> {
        let lags: Vec<Named> =
            kernels! { 1: memory::Lag::new(1), memory::Lag::new(5), memory::Diff::new(3); };
        [1, 2, 7, 20]
            .into_iter()
            .flat_map(windowed)
            .chain(pointwise())
            .chain(recursive())
            .chain(lags)
            .collect()
    }
}

/// Whole and broken numbers, zeros of both signs, gaps, spikes, infinities.
fn wild(len: usize) -> Vec<Vec<f64>> {
    let mut noise = Noise(11);
    let mut one = || match (noise.unit() * 40.0) as u32 {
        0 => f64::NAN,
        1 => -0.0,
        2 => 1e308,
        3 => -1e200,
        4 => f64::INFINITY,
        5..12 => (noise.unit() * 5.0).floor() - 2.0,
        _ => noise.unit() - 0.5,
    };
    (0..3).map(|_| (0..len).map(|_| one()).collect()).collect()
}

fn in_blocks(
    kernel: &mut dyn Kernel,
    inputs: &[Vec<f64>],
    mut size: impl FnMut() -> usize,
) -> Vec<f64> {
    let mut out = vec![0.0; inputs[0].len()];
    let mut from = 0;
    while from < out.len() {
        let to = (from + size()).min(out.len());
        let block: Vec<&[f64]> = inputs.iter().map(|column| &column[from..to]).collect();
        kernel.run(&block, &mut out[from..to]);
        from = to;
    }
    out
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn one_bar_at_a_time_or_in_any_blocks_the_bits_are_the_same() {
    let columns = wild(1_500);
    let mut noise = Noise(3);
    for (name, n_inputs, make) in all::kernels() {
        let inputs = &columns[..n_inputs];
        let whole = in_blocks(&mut *make(), inputs, || 1_500);
        let live = in_blocks(&mut *make(), inputs, || 1);
        let broken = in_blocks(&mut *make(), inputs, || 1 + (noise.unit() * 50.0) as usize);
        assert_eq!(bits(&whole), bits(&live), "{name}, bar by bar");
        assert_eq!(bits(&whole), bits(&broken), "{name}, in random blocks");
    }
}

#[test]
fn what_leaves_a_kernel_is_finite_or_the_one_missing_value() {
    let columns = wild(1_500);
    for (name, n_inputs, make) in all::kernels() {
        for value in in_blocks(&mut *make(), &columns[..n_inputs], || 1_500) {
            let missing = value.to_bits() == f64::NAN.to_bits();
            assert!(value.is_finite() || missing, "{name} gave {value}");
        }
    }
}

#[test]
fn a_window_is_missing_exactly_while_it_holds_the_missing_bar() {
    for n in [5, 6, 20] {
        for (name, n_inputs, make) in all::windowed(n) {
            for gap in 100..100 + 2 * n {
                let mut noise = Noise(gap as u64);
                let mut columns = vec![vec![0.0; 200]; n_inputs];
                columns.iter_mut().flatten().for_each(|v| *v = noise.unit());
                columns[n_inputs - 1][gap] = f64::NAN;
                let out = in_blocks(&mut *make(), &columns, || 200);
                for (i, value) in out.iter().enumerate().skip(n - 1) {
                    let holds_it = (gap..gap + n).contains(&i);
                    assert_eq!(value.is_nan(), holds_it, "{name}, bar {i}, missing bar {gap}");
                }
                assert!(out[..n - 1].iter().all(|v| v.is_nan()), "{name} before it is full");
            }
        }
    }
}

#[test]
fn a_spike_leaves_no_trace_once_it_has_left() {
    for (name, n_inputs, make) in all::windowed(30) {
        for spike in [100, 119, 120, 149] {
            let mut noise = Noise(spike as u64);
            let mut columns = vec![vec![0.0; 300]; n_inputs];
            columns.iter_mut().flatten().for_each(|v| *v = 1.0 + noise.unit());
            let calm = in_blocks(&mut *make(), &columns, || 300);
            columns.iter_mut().for_each(|column| column[spike] = 1e12);
            let shaken = in_blocks(&mut *make(), &columns, || 300);
            for i in (0..300).filter(|i| !(spike..spike + 30).contains(i)) {
                let same = calm[i].to_bits() == shaken[i].to_bits();
                assert!(same, "{name}, bar {i}: {} became {}", calm[i], shaken[i]);
            }
        }
    }
}
