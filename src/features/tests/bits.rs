//! Conditions as bits are the columns, 64 bars in a word.

use super::{program, rich, walk};
use crate::features::{Program, Wanted, compile};
use crate::market::Bars;

/// Conditions over everything there is, and outputs that are no computation.
fn conditions() -> Program {
    let sets: Vec<String> =
        crate::features::catalog::SETS.iter().map(|set| set.name.to_owned()).collect();
    let expressions = [
        ("up", "close > open"),
        ("event", "crosses_up(rsi, 50)"),
        ("longer", "tf(\"1h\", close > ema(close, 5))"),
        ("gone", "bars_since(volume > 9)"),
        ("price", "close"),
    ];
    let own = expressions.map(|(name, text)| (name.to_owned(), text.to_owned()));
    compile(&Wanted { sets, expressions: own.to_vec() }, &rich("5m")).unwrap()
}

fn plain(program: &Program, bars: &Bars) -> Vec<Vec<u64>> {
    let columns = program.evaluate(bars.columns(), |value| value != 0.0 && !value.is_nan());
    let word = |rows: &[bool]| {
        rows.iter().enumerate().fold(0, |word, (at, &holds)| word | u64::from(holds) << at)
    };
    columns.iter().map(|column| column.chunks(64).map(word).collect()).collect()
}

#[test]
fn bits_are_the_columns() {
    let program = conditions();
    for n_bars in [0, 1, 63, 64, 65, 1023, 1024, 1025, 2500] {
        let bars = walk(n_bars, 5);
        assert_eq!(program.evaluate_bits(bars.columns()), plain(&program, &bars), "{n_bars}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit_of_a_condition() {
    let (program, bars) = (conditions(), walk(1500, 6));
    let run = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| program.evaluate_bits(bars.columns()))
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(7));
}

/// What is missing holds nowhere, and neither does what is not settled.
#[test]
fn missing_is_no() {
    let bars = walk(70, 3);
    let bits = |text: &str| program(text).evaluate_bits(bars.columns()).remove(0);
    let rows = |words: Vec<u64>| {
        (0..70).filter(|row| words[row / 64] >> (row % 64) & 1 == 1).collect::<Vec<usize>>()
    };
    // The square root of what is below 0 is missing.
    let rising: Vec<usize> =
        (1..70).filter(|&row| bars.columns().close[row] > bars.columns().close[row - 1]).collect();
    assert_eq!(rows(bits("sqrt(diff(close)) > -1")), rising);
    assert_eq!(rows(bits("mean(close, 66) > 0")), [65, 66, 67, 68, 69]);
}
