//! Every chart on ordinary and on extreme data.

use proptest::prelude::*;

use super::frame::{Key, KeyShape};
use super::scene::{Mark, Text};
use super::*;
use crate::units::DAY_US;

fn titles() -> Titles {
    Titles::new("Subject (units)", "What was found.")
}

fn importance(values: &[f64]) -> Importance {
    let row = |(i, value): (usize, &f64)| ImportanceRow {
        name: format!("column_with_quite_a_long_name_{i}"),
        value: *value,
        spread: (i % 2 == 0).then_some(value.abs() / 4.0),
    };
    let rows = values.iter().enumerate().map(row).collect();
    Importance { titles: titles(), x_label: "mean |SHAP| (bps)".into(), rows, top: None }
}

fn beeswarm<'a>(names: &'a [String], shap: &'a [f32]) -> Beeswarm<'a> {
    let rows = names.iter().map(|name| SwarmRow { name, shap, value: shap }).collect();
    Beeswarm { titles: titles(), x_label: "SHAP (bps)".into(), rows, top: 60 }
}

fn reliability(values: &[f64]) -> Reliability {
    let bin = |v: &f64| ReliabilityBin {
        predicted: *v,
        realised: Estimate { value: 0.9 * v, interval: Some((0.9 * v - 1.0, 0.9 * v + 1.0)) },
    };
    let bins = values.iter().map(bin).collect();
    Reliability {
        titles: titles(),
        x_label: "predicted (bps)".into(),
        y_label: "realised (bps)".into(),
        series: vec![ReliabilitySeries { name: "calibrated".into(), bins }],
        predictions: values.to_vec(),
        interval: "95 %".into(),
    }
}

fn lines<'a>(x: Across<'a>, y: &'a [f64]) -> Lines<'a> {
    let band = Some(Band { name: "band", low: y, high: y });
    Lines {
        titles: titles(),
        x_label: String::new(),
        y_label: "equity".into(),
        lines: vec![Line { name: "net", x, y, band, shape: Shape::Line }],
        uprights: vec![Upright { at: 1.0, label: "here" }],
        with_zero: false,
        is_log: false,
    }
}

fn histogram(values: &[f64]) -> Histogram<'_> {
    let samples = vec![Sample { name: "trades", values }];
    Histogram { titles: titles(), x_label: "return (bps)".into(), samples, uprights: vec![] }
}

fn heat(n_columns: usize, values: &[f64]) -> HeatMap {
    let names = |n: usize| (0..n).map(|i| format!("name {i}")).collect();
    HeatMap {
        titles: titles(),
        x_label: "column".into(),
        y_label: "fold".into(),
        columns: names(n_columns),
        rows: names(values.len() / n_columns.max(1)),
        values: values.to_vec(),
        palette: Palette::Diverging,
        measure: String::new(),
    }
}

fn grouped(values: &[f64]) -> GroupedBars {
    let estimate = |v: &f64| Estimate { value: *v, interval: Some((v - 0.1, v + 0.1)) };
    let series = BarSeries { name: "gbdt".into(), values: values.iter().map(estimate).collect() };
    GroupedBars {
        titles: titles(),
        x_label: "horizon (bars)".into(),
        y_label: "IC".into(),
        groups: (0..values.len()).map(|i| format!("h{i}")).collect(),
        series: vec![series],
        interval: "95 %".into(),
        with_values: true,
        left_letters: 0.0,
    }
}

/// Hands every kind of chart, fed with these values, to the check.
fn with_each(values: &[f64], mut check: impl FnMut(&str, &dyn Chart)) {
    let index: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
    let times: Vec<i64> = (0..values.len()).map(|i| i as i64 * DAY_US).collect();
    let narrow: Vec<f32> = values.iter().map(|v| *v as f32).collect();
    let names = ["a", "b", "c"].map(String::from);
    check("importance", &importance(values));
    check("beeswarm", &beeswarm(&names, &narrow));
    check("reliability", &reliability(values));
    check("lines by number", &lines(Across::Number(&index), values));
    check("lines by time", &lines(Across::Time(&times), values));
    check("histogram", &histogram(values));
    check("heat", &heat(1, values));
    check("grouped", &grouped(values));
}

fn texts(figure: &Figure) -> Vec<&Text> {
    let marks = figure.0.marks.iter();
    marks.filter_map(|mark| if let Mark::Text(text) = mark { Some(text) } else { None }).collect()
}

fn says(figure: &Figure, words: &str) -> bool {
    texts(figure).iter().any(|text| text.text.contains(words))
}

#[test]
fn equal_data_give_equal_bytes_of_the_right_kind_and_size() {
    let values: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11) - 4.0).collect();
    with_each(&values, |name, chart| {
        let (one, two) = (page(chart).unwrap(), page(chart).unwrap());
        let png = one.png().unwrap();
        assert_eq!(png, two.png().unwrap(), "{name}");
        assert_eq!(one.svg(), two.svg(), "{name}");
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n", "{name}");
        let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((size(16), size(20)), (1600, 900), "{name}");
        assert!(says(&one, "Subject (units)") && says(&one, "What was found."), "{name}");
    });
}

#[test]
fn without_a_finite_value_there_is_no_picture_but_a_reason() {
    for values in [&[][..], &[f64::NAN, f64::INFINITY]] {
        with_each(values, |name, chart| {
            let found = page(chart).map(|_| ());
            assert_eq!(found, Err(PlotFault::Empty("Subject (units)".into())), "{name}");
        });
    }
}

#[test]
fn what_is_left_out_is_counted_at_the_foot() {
    let values = [1.0, f64::NAN, 2.0, f64::NEG_INFINITY, 3.0];
    with_each(&values, |name, chart| {
        let figure = page(chart).unwrap();
        let stated = says(&figure, "left out") || says(&figure, "missing");
        assert!(stated && all_is_on_the_page(&figure), "{name}");
    });
}

#[test]
fn a_gap_parts_a_line() {
    let (x, y) = ([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 2.0, f64::NAN, 4.0, 5.0]);
    let figure = page(&lines(Across::Number(&x), &y)).unwrap();
    let blue = style::series_ink(0);
    let is_data = |mark: &&Mark| matches!(mark, Mark::Line { stroke, points } if stroke.ink == blue && points.len() == 2);
    // Two stretches and the legend's sample.
    assert_eq!(figure.0.marks.iter().filter(is_data).count(), 3);
}

#[test]
fn extremes_stay_on_the_page() {
    let wide = [0.0, 1.0, -1.0, 5e-324, 1e300, -1e300];
    let narrow = [1.0, 1.0 + 1e-15, 1.0 - 1e-15];
    for values in [&[0.0][..], &[7.5], &[-1e-300], &wide, &narrow, &[1e15; 30], &[3.0, 3.0]] {
        with_each(values, |name, chart| {
            // Single precision cannot hold all of these.
            if name == "beeswarm" && values.contains(&1e300) {
                return;
            }
            let figure = page(chart).unwrap();
            assert!(all_is_on_the_page(&figure), "{name} {values:?}");
            assert!(values.len() != wide.len() || figure.png().is_ok(), "{name}");
        });
    }
}

#[test]
fn sixty_long_names_keep_their_places() {
    let values: Vec<f64> = (0..60).map(|i| 1.0 / (1.0 + f64::from(i))).collect();
    let mut chart = importance(&values);
    for row in &mut chart.rows {
        row.name = format!("{} {}", "a very long name of a column ".repeat(6), row.name);
    }
    let figure = page(&chart).unwrap();
    assert!(all_is_on_the_page(&figure));
    assert_eq!(texts(&figure).iter().filter(|t| t.text.starts_with("a very")).count(), 60);
    let map = HeatMap {
        columns: chart.rows.iter().map(|r| r.name.clone()).collect(),
        ..heat(60, &[1.0; 120])
    };
    assert!(all_is_on_the_page(&page(&map).unwrap()));
}

#[test]
fn the_rest_becomes_one_bar_with_their_sum() {
    let chart = Importance { top: Some(2), ..importance(&[1.0, 8.0, 4.0, 2.0]) };
    let figure = page(&chart).unwrap();
    assert!(says(&figure, "the other 2 together") && says(&figure, "3.00"));
}

#[test]
fn columns_of_unequal_length_are_refused_by_name() {
    let row = SwarmRow { name: "rsi", shap: &[1.0, 2.0], value: &[1.0] };
    let swarm = Beeswarm { titles: titles(), x_label: String::new(), rows: vec![row], top: 5 };
    let fault = PlotFault::Length { what: "rsi".into(), expected: 2, found: 1 };
    assert_eq!(page(&swarm).map(|_| ()), Err(fault.clone()));
    assert_eq!(fault.to_string(), "`rsi` has 1 values where 2 belong");
    let (x, y) = ([1.0, 2.0, 0.0], [1.0, 2.0]);
    assert!(page(&lines(Across::Number(&x), &y)).is_err());
    assert!(page(&lines(Across::Number(&x), &[1.0; 3])).is_err(), "not ascending");
    assert!(page(&HeatMap { rows: vec![], ..heat(1, &[1.0]) }).is_err());
}

#[test]
fn times_and_numbers_do_not_share_an_axis() {
    let (x, us, y) = ([0.0, 1.0], [0, DAY_US], [1.0, 2.0]);
    let mut chart = lines(Across::Number(&x), &y);
    chart.lines.push(lines(Across::Time(&us), &y).lines[0]);
    assert!(matches!(page(&chart), Err(PlotFault::Unfit { .. })));
}

#[test]
fn many_points_are_thinned_but_no_spike_is_lost() {
    let n = 200_000;
    let x: Vec<f64> = (0..n).map(f64::from).collect();
    let y: Vec<f64> = (0..n).map(|i| if i == 77_777 { 50.0 } else { f64::from(i % 7) }).collect();
    let figure = page(&lines(Across::Number(&x), &y)).unwrap();
    let (n_points, top) = data_line(&figure);
    assert!(n_points < 4 * 1600, "{n_points}");
    let lower = page(&lines(Across::Number(&x[..70_000]), &y[..70_000])).unwrap();
    // Alone at the top of its chart, where all the others fill the height.
    assert!((top - data_line(&lower).1).abs() < 30.0);
}

/// How many points the longest line has, and how high it reaches.
fn data_line(figure: &Figure) -> (usize, f64) {
    let lines = figure.0.marks.iter().filter_map(|mark| match mark {
        Mark::Line { points, .. } => Some(points),
        _ => None,
    });
    let longest = lines.max_by_key(|points| points.len()).unwrap();
    (longest.len(), longest.iter().map(|p| p.y).fold(f64::MAX, f64::min))
}

#[test]
fn a_wild_bin_does_not_set_the_axes_of_a_reliability_curve() {
    let mut chart = reliability(&[-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0]);
    chart.predictions = (0..2_000).map(|i| f64::from(i % 9) - 4.0).collect();
    chart.predictions.extend([900.0; 3]);
    let calm = page(&chart).unwrap();
    assert!(says(&calm, "0.1 % of the predictions lie beyond the axis") && !says(&calm, "bins"));
    let wild = |predicted: f64, value: f64| ReliabilityBin {
        predicted,
        realised: Estimate { value, interval: Some((value - 300.0, value + 300.0)) },
    };
    chart.series[0].bins.extend([wild(900.0, 20.0), wild(3.0, 500.0)]);
    let figure = page(&chart).unwrap();
    assert!(says(&figure, "2 bins are beyond the axes, which the bulk sets"));
    assert!(all_is_on_the_page(&figure) && !says(&figure, "500"));
}

#[test]
fn an_upright_outside_the_axis_is_not_drawn() {
    let (x, y) = ([2.0, 3.0], [1.0, 2.0]);
    assert!(!says(&page(&lines(Across::Number(&x), &y)).unwrap(), "here"));
    let (x, y) = ([0.0, 3.0], [1.0, 2.0]);
    assert!(says(&page(&lines(Across::Number(&x), &y)).unwrap(), "here"));
}

#[test]
fn a_log_axis_leaves_out_what_is_not_positive_and_says_so() {
    let (x, y) = ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 100.0, 10_000.0]);
    let chart = Lines { is_log: true, ..lines(Across::Number(&x), &y) };
    let figure = page(&chart).unwrap();
    assert!(says(&figure, "1 value is left out (gaps): not finite or not positive"));
    assert!(says(&figure, "100") && says(&figure, "10,000"));
}

#[test]
fn an_overview_holds_its_charts_and_names_the_empty_one() {
    let (full, empty) = (histogram(&[1.0, 2.0, 3.0]), histogram(&[]));
    let overview = Overview {
        titles: titles(),
        panels: vec![&full, &empty, &full, &full, &full],
        n_columns: None,
    };
    let figure = page(&overview).unwrap();
    assert!(says(&figure, "Subject (units): nothing to draw"));
    assert!(all_is_on_the_page(&figure));
    let nothing = Overview { titles: titles(), panels: vec![], n_columns: None };
    assert!(page(&nothing).is_err());
}

#[test]
fn a_legend_takes_as_many_rows_as_it_needs() {
    let mut scene = Scene::new(600, 400);
    let area = Area { x: 0.0, y: 0.0, w: 600.0, h: 400.0 };
    let mut canvas = Canvas { scene: &mut scene, area, style: &style::PAGE };
    let key = |i| Key { name: format!("series number {i}"), ink: style::INK, shape: KeyShape::Box };
    let keys: Vec<Key> = (0..12).map(key).collect();
    let body = canvas.framed(&titles(), &keys, &[]);
    let figure = Figure(scene);
    let found: Vec<_> =
        texts(&figure).into_iter().filter(|t| t.text.starts_with("series")).collect();
    assert_eq!(found.len(), 12);
    assert!(found.iter().all(|t| t.at.y < body.y) && all_is_on_the_page(&figure));
}

/// Whether every coordinate is a number within the page (text by its starting point).
fn all_is_on_the_page(figure: &Figure) -> bool {
    let (w, h) = (f64::from(figure.0.width), f64::from(figure.0.height));
    let is_on = |p: &scene::Point| (0.0..=w).contains(&p.x) && (0.0..=h).contains(&p.y);
    figure.0.marks.iter().all(|mark| match mark {
        Mark::Rect { area, .. } => {
            let ends = scene::Point { x: area.right(), y: area.bottom() };
            is_on(&scene::Point { x: area.x, y: area.y })
                && is_on(&ends)
                && area.w >= 0.0
                && area.h >= 0.0
        }
        Mark::Line { points, .. } | Mark::Shape { points, .. } => points.iter().all(is_on),
        Mark::Dots { centres, .. } => centres.iter().all(is_on),
        Mark::Text(text) => is_on(&text.at),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_numbers_are_drawn_on_the_page_or_refused(values in proptest::collection::vec(any::<f64>(), 0..40)) {
        with_each(&values, |name, chart| match page(chart) {
            Ok(figure) => assert!(all_is_on_the_page(&figure), "{name}"),
            Err(fault) => assert!(matches!(fault, PlotFault::Empty(_)), "{name}: {fault}"),
        });
    }

    #[test]
    fn any_words_are_survived(title in ".{0,200}", finding in ".{0,400}") {
        let chart = Importance { titles: Titles::new(title, finding), ..importance(&[1.0, 2.0]) };
        let figure = page(&chart).unwrap();
        prop_assert!(all_is_on_the_page(&figure));
        prop_assert!(figure.svg().ends_with("</svg>\n"));
    }
}
