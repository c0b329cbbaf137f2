use super::*;
use crate::market::Timeframe;
use crate::units::MINUTE_US;

/// Bars of a minute each: (open, high, low, close).
fn market(rows: &[[f64; 4]]) -> Bars {
    let column = |k: usize| rows.iter().map(|row| row[k]).collect();
    let columns = Columns {
        ts: (0..rows.len() as i64).map(|m| Ts(m * MINUTE_US)).collect(),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: vec![1.0; rows.len()],
        ..Columns::default()
    };
    Bars::new("X".parse().unwrap(), Timeframe::M1, columns).unwrap()
}

/// Stop at one range, target at two, three bars at most; the range is 1.
fn params() -> BarrierParams {
    BarrierParams {
        stop_atr: Some(1.0),
        target_atr: Some(2.0),
        max_hold_bars: 3,
        oco_delay_bars: 1,
        limit_fill: LimitFill::Through,
        max_gap_bars: 0,
    }
}

fn label(params: BarrierParams, bars: &Bars, sides: Option<&[i8]>) -> BarrierLabels {
    let gaps = Gaps::round_the_clock(bars.ts(), bars.timeframe());
    let atr = vec![1.0; bars.len()];
    params.check().unwrap().label(&BarrierInput { bars, gaps: &gaps, atr: &atr, sides })
}

const FLAT: [f64; 4] = [100.0, 100.5, 99.5, 100.0];

/// Decided on the first bar, entered at 100 on the second; `rest` is what follows.
fn first(params: BarrierParams, rest: [[f64; 4]; 3]) -> Outcome {
    let bars = market(&[FLAT, FLAT, rest[0], rest[1], rest[2]]);
    label(params, &bars, None).outcomes[0].unwrap()
}

fn minute(ts: Ts) -> i64 {
    ts.0 / MINUTE_US
}

#[test]
fn a_target_traded_through_pays_its_own_price_when_the_bar_has_closed() {
    let outcome = first(params(), [FLAT, [100.0, 102.5, 99.5, 101.0], FLAT]);
    assert_eq!((outcome.exit, outcome.exit_row), (Exit::Target, 3));
    assert!((outcome.ret_bps - 198.026_272_961_797_15).abs() < 1e-9, "1e4 · ln(102/100)");
    assert_eq!(minute(outcome.t1), 4);
    assert!(!outcome.contested);
}

#[test]
fn a_stop_reached_exactly_fills_and_a_target_reached_exactly_does_not() {
    let stop = first(params(), [[100.0, 100.0, 99.0, 100.0], FLAT, FLAT]);
    assert_eq!((stop.exit, stop.exit_row), (Exit::Stop, 2));
    assert!((stop.ret_bps + 100.503_358_535_014_53).abs() < 1e-9, "1e4 · ln(99/100)");

    let exactly = [[100.0, 102.0, 100.0, 100.0], FLAT, FLAT];
    assert_eq!(first(params(), exactly).exit, Exit::Timed);
    let touch = BarrierParams { limit_fill: LimitFill::Touch, ..params() };
    assert_eq!(first(touch, exactly).exit, Exit::Target);
}

#[test]
fn both_in_one_bar_is_the_stop_and_is_flagged() {
    let outcome = first(params(), [[100.0, 103.0, 98.0, 100.0], FLAT, FLAT]);
    assert_eq!(outcome.exit, Exit::Stop);
    assert!(outcome.contested);
}

#[test]
fn a_gap_through_a_barrier_exits_at_the_open_and_is_known_at_once() {
    let down = first(params(), [[95.0, 103.0, 94.0, 96.0], FLAT, FLAT]);
    assert_eq!((down.exit, minute(down.t1), down.contested), (Exit::Stop, 2, false));
    assert!((down.ret_bps + 512.932_943_875_505_8).abs() < 1e-9, "1e4 · ln(95/100)");

    let up = first(params(), [[105.0, 106.0, 98.0, 100.0], FLAT, FLAT]);
    assert_eq!((up.exit, minute(up.t1)), (Exit::Target, 2));
    assert!((up.ret_bps - 487.901_641_694_320_5).abs() < 1e-9, "1e4 · ln(105/100)");
}

#[test]
fn without_a_touch_time_ends_it_at_the_open() {
    let outcome = first(params(), [FLAT, FLAT, [101.0, 110.0, 90.0, 100.0]]);
    assert_eq!((outcome.exit, outcome.exit_row, minute(outcome.t1)), (Exit::Timed, 4, 4));
    assert!((outcome.ret_bps - 99.503_308_531_680_83).abs() < 1e-9, "1e4 · ln(101/100)");
}

#[test]
fn the_entry_bar_counts_only_when_the_barriers_are_armed_on_it() {
    let bars = market(&[FLAT, [100.0, 100.0, 98.0, 100.0], FLAT, FLAT, FLAT]);
    let exit = |oco_delay_bars| {
        let params = BarrierParams { oco_delay_bars, ..params() };
        let outcome = label(params, &bars, None).outcomes[0].unwrap();
        (outcome.exit, outcome.exit_row)
    };
    assert_eq!(exit(0), (Exit::Stop, 1));
    assert_eq!(exit(1), (Exit::Timed, 4));
}

#[test]
fn a_short_earns_when_the_price_falls() {
    let bars = market(&[FLAT, FLAT, [100.0, 100.5, 97.5, 98.0], FLAT, FLAT]);
    let outcome = label(params(), &bars, Some(&[-1; 5])).outcomes[0].unwrap();
    assert_eq!(outcome.exit, Exit::Target);
    assert!((outcome.ret_bps - 202.027_073_175_194_5).abs() < 1e-9, "−1e4 · ln(98/100)");

    let bars = market(&[FLAT, FLAT, [100.0, 101.0, 99.5, 100.0], FLAT, FLAT]);
    let outcome = label(params(), &bars, Some(&[-1; 5])).outcomes[0].unwrap();
    assert_eq!(outcome.exit, Exit::Stop);
    assert!((outcome.ret_bps + 99.503_308_531_680_83).abs() < 1e-9, "−1e4 · ln(101/100)");
}

#[test]
fn a_barrier_that_is_switched_off_is_never_touched() {
    let wild = [[100.0, 130.0, 70.0, 100.0], FLAT, FLAT];
    let no_stop = BarrierParams { stop_atr: None, ..params() };
    assert_eq!(first(no_stop, wild).exit, Exit::Target);
    let time_alone = BarrierParams { stop_atr: None, target_atr: None, ..params() };
    assert_eq!(first(time_alone, wild).exit, Exit::Timed);
}

#[test]
fn the_meta_label_says_whether_the_side_paid() {
    let up = [100.0, 102.5, 99.5, 102.0];
    let bars = market(&[FLAT, FLAT, up, FLAT, FLAT]);
    let meta = |side: i8, cost_bps: f64| label(params(), &bars, Some(&[side; 5])).meta(cost_bps)[0];
    assert_eq!(meta(1, 0.0), Some(true));
    assert_eq!(meta(-1, 0.0), Some(false));
    assert_eq!(meta(0, 0.0), None);
    assert_eq!(meta(1, 198.1), Some(false), "198.03 bps do not pay 198.1");
}

#[test]
fn missing_outcomes_are_counted_by_their_first_reason() {
    let mut bars = market(&[FLAT; 12]).into_columns();
    // One bar is missing after row 6.
    for ts in &mut bars.ts[7..] {
        *ts = ts.plus_us(MINUTE_US);
    }
    let bars = Bars::new("X".parse().unwrap(), Timeframe::M1, bars).unwrap();
    let gaps = Gaps::round_the_clock(bars.ts(), bars.timeframe());
    let mut atr = vec![1.0; 12];
    (atr[0], atr[1]) = (f64::NAN, 0.0);
    let mut sides = [1i8; 12];
    (sides[1], sides[2]) = (0, 0);
    let input = BarrierInput { bars: &bars, gaps: &gaps, atr: &atr, sides: Some(&sides) };
    let labels = params().check().unwrap().label(&input);
    // Row i needs rows up to i + 4: rows 3 to 6 cross the gap, rows 8 to 11 run out of bars.
    let expected = BarrierMissing { no_side: 2, no_atr: 1, end: 4, gap: 4 };
    assert_eq!(labels.missing, expected);
    let there: Vec<usize> = (0..12).filter(|&i| labels.outcomes[i].is_some()).collect();
    assert_eq!(there, [7]);
    assert_eq!(labels.interval(0), Interval { t0: labels.t0[0], t1: labels.t0[0] });
}

#[test]
fn an_early_touch_beside_the_end_is_not_preferred_to_a_late_one() {
    let crash = [100.0, 100.0, 50.0, 50.0];
    let bars = market(&[FLAT, FLAT, crash, crash]);
    assert_eq!(label(params(), &bars, None).outcomes[0], None);
}

#[test]
fn impossible_barriers_are_refused_together() {
    let params = BarrierParams {
        stop_atr: Some(0.0),
        target_atr: Some(f64::NAN),
        max_hold_bars: 1,
        ..params()
    };
    let keys: Vec<&str> = params.check().unwrap_err().iter().map(|fault| fault.key).collect();
    assert_eq!(
        keys,
        ["labels.barrier.stop_atr", "labels.barrier.target_atr", "labels.barrier.max_hold_bars"]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Shorting a market and buying its mirror image are the same trade.
    #[test]
    fn a_short_is_a_long_in_the_mirror(
        moves in proptest::collection::vec((-9i32..=9, 0i32..9, 0i32..9), 30),
    ) {
        // Prices around 1000 in quarters: exact in binary, so that the mirror is exact too.
        let rows: Vec<[f64; 4]> = moves
            .iter()
            .map(|&(open, up, down)| {
                let open = 1000.0 + f64::from(open) / 4.0;
                [open, open + f64::from(up) / 4.0, open - f64::from(down) / 4.0, open]
            })
            .collect();
        let mirror = |&[o, h, l, c]: &[f64; 4]| [o, l, h, c].map(|price| 2000.0 - price);
        let mirrored: Vec<[f64; 4]> = rows.iter().map(mirror).collect();
        let long = label(params(), &market(&rows), None);
        let short = label(params(), &market(&mirrored), Some(&[-1; 30]));
        for (a, b) in long.outcomes.iter().zip(&short.outcomes) {
            let key = |o: &Option<Outcome>| o.map(|o| (o.exit, o.exit_row, o.t1, o.contested));
            proptest::prop_assert_eq!(key(a), key(b));
            if let Some(outcome) = a {
                proptest::prop_assert!(outcome.exit_row >= 2, "the entry bar is not looked at");
            }
        }
    }
}
