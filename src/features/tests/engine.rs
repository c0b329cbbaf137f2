//! The engine: blocks, threads, live, higher timeframes.

use super::{bars, column, flat, program, rich, shape, walk};
use crate::features::{FeatureTable, LiveBars, Program, Shape, Wanted, compile};
use crate::market::{Bars, Calendar, Timeframe, resample};
use crate::units::Ts;

fn everything() -> Program {
    let sets = crate::features::catalog::SETS.iter().map(|set| set.name.to_owned()).collect();
    compile(&Wanted { sets, expressions: vec![] }, &rich("5m")).unwrap()
}

fn bits(table: &[Vec<f64>]) -> Vec<Vec<u64>> {
    let canonical = |v: &f64| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() };
    table.iter().map(|column| column.iter().map(canonical).collect()).collect()
}

/// A walk with holes in its time.
fn holey(n: usize) -> Bars {
    let whole = walk(n, 5);
    let keep: Vec<usize> = (0..n).filter(|i| i % 97 != 3 && !(700..733).contains(i)).collect();
    bars(whole.columns().take(&keep))
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let (program, bars) = (everything(), holey(3000));
    let run = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        bits(&pool.install(|| program.evaluate_raw(bars.columns())))
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(7));
}

#[test]
fn bar_by_bar_is_bit_for_bit_the_whole_history() {
    let (program, bars) = (everything(), holey(2500));
    let whole = bits(&program.evaluate(bars.columns(), |v| v));
    let mut live = program.live();
    let rows = LiveBars::new(&program, bars.columns());
    let mut now = vec![0.0; program.features().len()];
    for row in 0..bars.len() {
        live.push(&rows, row, &mut now);
        let now = bits(&[now.clone()]).remove(0);
        for ((value, column), feature) in now.iter().zip(&whole).zip(program.features()) {
            assert_eq!(*value, column[row], "{} at {row}", feature.name);
        }
    }
}

#[test]
fn a_higher_timeframe_is_the_resampled_bars_one_close_late() {
    let bars = holey(2000);
    let hourly = resample(&bars, Timeframe::H1, Calendar::Always).unwrap().bars;
    let seen = column("tf(\"1h\", close)", &bars);
    for (i, value) in seen.iter().enumerate() {
        let known_at = bars.ts()[i].plus_us(Timeframe::M5.us());
        let last = hourly.ts().iter().rposition(|ts| ts.plus_us(Timeframe::H1.us()) <= known_at);
        match last {
            Some(hour) => assert_eq!(*value, hourly.columns().close[hour], "row {i}"),
            None => assert!(value.is_nan(), "row {i}"),
        }
    }
}

#[test]
fn an_hour_is_seen_at_its_own_close_and_not_before() {
    let mut columns = flat(25).into_columns();
    for i in 0..25 {
        let price = 10.0 + i as f64;
        (columns.open[i], columns.high[i]) = (price, price);
        (columns.low[i], columns.close[i]) = (price, price);
    }
    let seen = column("tf(\"1h\", close)", &bars(columns));
    assert!(seen[10].is_nan());
    assert_eq!(seen[11..23], [21.0; 12]);
    assert_eq!(seen[23..], [33.0; 2]);
}

#[test]
fn the_table_is_missing_exactly_where_it_is_not_settled() {
    let program = program("mean(close, 10)");
    let table = FeatureTable::build(&program, &walk(40, 3));
    assert!(table.columns[0][..9].iter().all(|v| v.is_nan()));
    assert!(table.columns[0][9..].iter().all(|v| v.is_finite()));
    assert_eq!((table.warm_up(), table.facts()[0].coverage), (9, 31.0 / 40.0));
}

#[test]
fn fewer_bars_than_the_lookback_give_missing_values_and_no_panic() {
    for n in [0, 1, 2, 5] {
        let table = FeatureTable::build(&everything(), &walk(n, 3));
        assert!(table.columns.iter().all(|column| column.len() == n));
    }
}

#[test]
fn a_session_has_its_own_average_price() {
    let bars = walk(400, 8);
    let seen = column("session_vwap(\"asia\")", &bars);
    let c = bars.columns();
    let typical = |i: usize| (c.high[i] + c.low[i] + c.close[i]) / 3.0;
    // The second day's Asia session, 00:00 to 09:00 UTC.
    let rows = 288..288 + 9 * 12;
    let turnover: f64 = rows.clone().map(|i| typical(i) * c.volume[i]).sum();
    let volume: f64 = rows.clone().map(|i| c.volume[i]).sum();
    assert!((seen[rows.end - 1] - turnover / volume).abs() < 1e-10);
    assert!(seen[rows.end].is_nan());
    let highest = rows.clone().map(|i| c.high[i]).fold(0.0, f64::max);
    assert_eq!(column("last_session_max(high, \"asia\")", &bars)[rows.end + 3], highest);
}

#[test]
fn a_trading_day_is_seen_at_the_exchanges_close() {
    // Two sessions of New York, 14:30 to 21:00 UTC in winter; 2024-01-02 was a Tuesday.
    let opens = ["2024-01-02 14:30", "2024-01-03 14:30"].map(|t| t.parse::<Ts>().unwrap());
    let ts = opens.iter().flat_map(|open| (0..78).map(|i| open.plus_us(i * Timeframe::M5.us())));
    let mut columns = flat(156).into_columns();
    columns.ts = ts.collect();
    for i in 0..156 {
        let price = 10.0 + i as f64;
        (columns.open[i], columns.high[i]) = (price, price);
        (columns.low[i], columns.close[i]) = (price, price);
    }
    let bars = bars(columns);
    let seen = |calendar: Calendar| {
        let expressions = vec![("it".to_owned(), "tf(\"1d\", close)".to_owned())];
        let shape = Shape { calendar, ..shape("5m") };
        let program = compile(&Wanted { sets: vec![], expressions }, &shape).unwrap();
        program.evaluate_raw(bars.columns()).remove(0)
    };
    let at_the_exchange = seen(Calendar::Nyse);
    assert!(at_the_exchange[76].is_nan());
    assert_eq!((at_the_exchange[77], at_the_exchange[155]), (87.0, 165.0));
    // Round the clock the day lasts till midnight, and the data began in its middle.
    assert!(seen(Calendar::Always)[78].is_nan());
}

#[test]
fn bars_after_hours_change_no_longer_bar() {
    let all = walk(12 * 288, 31);
    let mut hours = Calendar::Nyse.hours();
    let due: Vec<usize> = (0..all.len()).filter(|&i| hours.is_open(all.ts()[i])).collect();
    let texts = ["tf('1h', open)", "tf('4h', volume)", "tf('1d', high - low)", "tf('1w', close)"];
    let named = texts.iter().enumerate().map(|(i, text)| (format!("f{i}"), (*text).to_owned()));
    let shape = Shape { calendar: Calendar::Nyse, ..shape("5m") };
    let wanted = Wanted { sets: vec![], expressions: named.collect() };
    let program = compile(&wanted, &shape).unwrap();
    let whole = program.evaluate_raw(all.columns());
    let within = program.evaluate_raw(&all.columns().take(&due));
    for (whole, within) in bits(&whole).iter().zip(bits(&within)) {
        assert_eq!(due.iter().map(|&i| whole[i]).collect::<Vec<_>>(), within);
    }
    let (mut live, rows) = (program.live(), LiveBars::new(&program, all.columns()));
    let mut now = vec![0.0; texts.len()];
    for (row, _) in all.ts().iter().enumerate() {
        live.push_raw(&rows, row, &mut now);
        let column = |at: usize| bits(&[vec![whole[at][row]]]);
        (0..texts.len()).for_each(|at| assert_eq!(bits(&[vec![now[at]]]), column(at), "{row}"));
    }
}

#[test]
fn what_single_precision_cannot_hold_is_missing() {
    let table = FeatureTable::build(&program("close ^ 30"), &walk(20, 3));
    assert!(table.columns[0].iter().all(|v| v.is_nan()));
}
