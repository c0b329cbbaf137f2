use super::*;
use crate::folds::RowSet;
use crate::labels::Interval;
use crate::units::{DAY_US, HOUR_US};

const MONDAY: &str = "2024-01-01";

fn at(text: &str) -> Ts {
    text.parse().unwrap()
}

/// A decision an hour from Monday on, each label over `label_hours`.
fn hourly(weeks: i64, label_hours: i64) -> Vec<Interval> {
    let decided = |hour: i64| at(MONDAY).plus_us(hour * HOUR_US);
    let label = |hour| Interval { t0: decided(hour), t1: decided(hour + label_hours) };
    (0..weeks * 168).map(label).collect()
}

fn weeks_of_data(weeks: i64) -> Span {
    Span { first_usable: at(MONDAY), complete_until: at(MONDAY).plus_us(weeks * WEEK_US) }
}

/// Four weeks of training, the last one half for stopping and half for calibration; two of test.
fn params() -> WalkForwardParams {
    WalkForwardParams {
        train_weeks: 4,
        test_weeks: 2,
        early_stop_fraction: 0.125,
        calibrate_fraction: 0.125,
        ..WalkForwardParams::default()
    }
}

fn cut(params: WalkForwardParams, intervals: &[Interval], span: Span) -> Result<Folds, FoldFault> {
    params.check().unwrap().cut(&Rows::new(intervals).unwrap(), span)
}

/// The bounds of a fold's slices in hours since Monday: train, early-stop, calibrate, test, end.
fn hours(fold: &Fold) -> [i64; 5] {
    let hour = |ts: Ts| (ts.0 - at(MONDAY).0) / HOUR_US;
    let [a, b, c, d] = fold.slices();
    [hour(a.from), hour(b.from), hour(c.from), hour(d.from), hour(d.until)]
}

#[test]
fn a_rolling_walk_moves_its_window_and_an_anchored_one_widens_it() {
    let intervals = hourly(9, 3);
    let rolling = cut(params(), &intervals, weeks_of_data(9)).unwrap();
    let bounds: Vec<_> = rolling.folds().iter().map(hours).collect();
    assert_eq!(bounds, [[0, 504, 588, 672, 1008], [336, 840, 924, 1008, 1344]]);
    assert_eq!(rolling.rows_before_tests(), 672);
    assert_eq!(rolling.rows_after_tests(), 168, "the ninth week is no full window");

    let anchored = WalkForwardParams { mode: Mode::Anchored, ..params() };
    let anchored = cut(anchored, &intervals, weeks_of_data(9)).unwrap();
    let bounds: Vec<_> = anchored.folds().iter().map(hours).collect();
    // The tail keeps its share of the wider window: an eighth of 1008 hours is 126.
    assert_eq!(bounds, [[0, 504, 588, 672, 1008], [0, 756, 882, 1008, 1344]]);
}

#[test]
fn each_slice_loses_the_labels_that_reach_the_next() {
    let intervals = hourly(6, 3);
    let folds = cut(params(), &intervals, weeks_of_data(6)).unwrap();
    let [fold] = folds.folds() else { panic!("one fold") };
    let kept = fold.slices().map(|slice| slice.rows().clone());
    assert_eq!(kept, [0..501, 504..585, 588..669, 672..1008].map(RowSet::from));
    assert_eq!(fold.slices().map(Slice::purged_rows), [3, 3, 3, 0]);

    let embargo = WalkForwardParams { embargo_bars: 5, ..params() };
    let folds = cut(embargo, &intervals, weeks_of_data(6)).unwrap();
    let fold = &folds.folds()[0];
    assert_eq!(*fold.train().rows(), RowSet::from(0..496));
    assert_eq!(fold.slices().map(Slice::embargoed_rows), [5, 5, 5, 0]);
}

#[test]
fn without_stop_and_calibration_parts_train_is_purged_against_the_test() {
    let plain = WalkForwardParams { early_stop_fraction: 0.0, calibrate_fraction: 0.0, ..params() };
    let folds = cut(plain, &hourly(6, 3), weeks_of_data(6)).unwrap();
    let fold = &folds.folds()[0];
    assert_eq!(*fold.train().rows(), RowSet::from(0..669));
    assert!(fold.early_stop().rows().is_empty() && fold.calibrate().rows().is_empty());
}

#[test]
fn windows_begin_on_the_monday_behind_the_warm_up_or_at_once() {
    let intervals = hourly(8, 1);
    let span = Span { first_usable: at("2024-01-02 05:00"), ..weeks_of_data(8) };
    let folds = cut(params(), &intervals, span).unwrap();
    assert_eq!(folds.folds()[0].train().from(), at("2024-01-08"));

    let at_once = WalkForwardParams { start: WindowStart::FirstBar, ..params() };
    let folds = cut(at_once, &intervals, span).unwrap();
    assert_eq!(folds.folds()[0].train().from(), at("2024-01-02 05:00"));

    let folds = cut(params(), &intervals, weeks_of_data(8)).unwrap();
    assert_eq!(folds.folds()[0].train().from(), at(MONDAY), "a Monday is its own");
}

#[test]
fn a_longer_step_leaves_holes_and_counts_them() {
    let stepping = WalkForwardParams { step_weeks: Some(3), ..params() };
    let folds = cut(stepping, &hourly(10, 1), weeks_of_data(10)).unwrap();
    assert_eq!(folds.folds().len(), 2);
    assert_eq!(folds.rows_between_tests(), 168);
    assert_eq!(folds.rows_after_tests(), 168);
}

#[test]
fn too_short_says_what_there_is_and_what_is_needed() {
    let intervals = hourly(6, 1);
    let span = weeks_of_data(6);
    let short = Span { complete_until: span.complete_until.plus_us(-HOUR_US), ..span };
    assert_eq!(
        cut(params(), &intervals, short).unwrap_err().to_string(),
        "the data hold 5.9 weeks from `2024-01-01 00:00` to `2024-02-11 23:00`, but \
         `walkforward.train_weeks` + `walkforward.test_weeks` need 6"
    );
    assert!(cut(params(), &intervals, span).is_ok());
    let none = Span { complete_until: span.first_usable.plus_us(-DAY_US), ..span };
    let told = cut(params(), &[], none).unwrap_err().to_string();
    assert!(told.starts_with("the data hold 0.0 weeks"), "{told}");
}

#[test]
fn labels_longer_than_a_slice_are_refused_with_the_cure() {
    let told = cut(params(), &hourly(6, 84), weeks_of_data(6)).unwrap_err().to_string();
    assert_eq!(
        told,
        "fold 0 has no rows left to stop training on from `2024-01-22 00:00` to `2024-01-25 12:00` \
         (84h): its 84 rows all reach into the next slice; a longer slice, a shorter one of \
         `labels.horizons` or a smaller `walkforward.embargo_bars` would leave some"
    );
    assert!(cut(params(), &hourly(6, 83), weeks_of_data(6)).is_ok());
}

#[test]
fn a_test_window_without_bars_makes_no_fold_and_a_train_window_without_is_refused() {
    let mut intervals = hourly(16, 1);
    let week = |t: Ts| (t.0 - at(MONDAY).0) / WEEK_US;
    intervals.retain(|i| !(6..8).contains(&week(i.t0)));
    let long = WalkForwardParams { train_weeks: 6, ..params() };
    let folds = cut(long, &intervals, weeks_of_data(16));
    // The hole is a fold's test window first (none), then the whole tail of the next one's train.
    let told = folds.unwrap_err().to_string();
    assert!(told.starts_with("fold 0 has no rows left to stop training on"), "{told}");
    assert!(told.ends_with("there are no bars in it"), "{told}");

    let no_tail = WalkForwardParams {
        train_weeks: 6,
        early_stop_fraction: 0.0,
        calibrate_fraction: 0.0,
        ..params()
    };
    let folds = cut(no_tail, &intervals, weeks_of_data(16)).unwrap();
    assert_eq!((folds.empty_windows(), folds.folds().len()), (1, 4));
    assert_eq!(folds.folds().iter().map(Fold::idx).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn impossible_walks_are_refused_together_each_by_its_key() {
    let told = |params: WalkForwardParams| -> Vec<String> {
        params.check().unwrap_err().iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told(WalkForwardParams { step_weeks: Some(1), ..params() }),
        ["`walkforward.step_weeks` is `1`, but below `walkforward.test_weeks` it would test the \
             same bars twice"]
    );
    let keys = |params: WalkForwardParams| -> Vec<&str> {
        params.check().unwrap_err().iter().map(|fault| fault.key).collect()
    };
    let zero = WalkForwardParams { train_weeks: 0, early_stop_fraction: f64::NAN, ..params() };
    assert_eq!(keys(zero), ["walkforward.train_weeks", "walkforward.early_stop_fraction"]);
    let greedy =
        WalkForwardParams { early_stop_fraction: 0.5, calibrate_fraction: 0.5, ..params() };
    assert_eq!(keys(greedy), ["walkforward.calibrate_fraction"]);
}

#[test]
fn folds_are_written_with_their_bounds_rows_and_losses() {
    let folds = cut(params(), &hourly(6, 3), weeks_of_data(6)).unwrap();
    let json = serde_json::to_value(&folds).unwrap();
    assert_eq!(json["start"], "2024-01-01 00:00");
    assert_eq!(json["params"]["mode"], "rolling");
    let calibrate = serde_json::json!({
        "from": "2024-01-25 12:00", "until": "2024-01-29 00:00",
        "n_rows": 81, "purged": 3, "embargoed": 0, "rows": [[588, 669]],
    });
    assert_eq!(json["folds"][0]["calibrate"], calibrate);
}
