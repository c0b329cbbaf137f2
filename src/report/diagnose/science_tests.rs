//! Do the errors mean what they say?

use super::blocks::Bootstrap;
use super::by_fold::by_fold;
use super::drift::{Compared, drift};
use super::estimate::Estimate;
use super::ic::ic;
use super::made_up::Market;
use super::quantiles::quantiles;
use super::rolling::rolling;
use crate::stats;

const NO_BANDS: Bootstrap = Bootstrap { draws: 0, seed: 0 };

/// The share of histories in which `is_flagged`.
fn share(n: u64, is_flagged: impl Fn(u64) -> bool) -> f64 {
    (0..n).filter(|seed| is_flagged(*seed)).count() as f64 / n as f64
}

fn excludes_zero(estimate: &Estimate) -> bool {
    estimate.band_hac.is_some_and(|[low, high]| low > 0.0 || high < 0.0)
}

/// Labels of twelve bars against predictions that change slowly and know nothing.
#[test]
fn overlapping_labels_fool_the_plain_error_and_not_the_other() {
    let of = |seed| {
        let market = Market::new(3000, seed);
        ic(&market.rows(&market.slow(0.97), &market.over(12), 12), NO_BANDS).all
    };
    let plain = share(200, |seed| of(seed).rank.t_plain.unwrap().abs() > 1.96);
    let hac = share(200, |seed| excludes_zero(&of(seed).rank));
    let pearson = share(200, |seed| excludes_zero(&of(seed).pearson));
    // 5 % are promised; 200 histories know it to 1.5 %.
    assert!(plain > 0.4, "{plain}");
    assert!((0.01..0.13).contains(&hac) && (0.01..0.13).contains(&pearson), "{hac} {pearson}");
}

#[test]
fn independent_rows_have_both_errors_alike() {
    let of = |seed| {
        let market = Market::new(1500, seed);
        ic(&market.rows(&market.knowing(1, 0.0), &market.over(1), 1), NO_BANDS).all
    };
    let ratio = |seed| {
        let found = of(seed);
        found.rank.se_hac.unwrap() / found.rank.se_plain.unwrap()
    };
    let ratios: Vec<f64> = (0..100).map(ratio).collect();
    assert!((stats::mean(&ratios).unwrap() - 1.0).abs() < 0.05);
    let flagged = share(300, |seed| excludes_zero(&of(seed).rank));
    assert!((0.02..0.10).contains(&flagged), "{flagged}");
}

#[test]
fn bootstrap_bands_hold_zero_where_nothing_is_known() {
    let of = |seed| {
        let market = Market::new(2000, seed);
        let rows = market.rows(&market.slow(0.9), &market.over(6), 6);
        let found = ic(&rows, Bootstrap { draws: 200, seed });
        (found.pearson_band.unwrap(), found.rank_band.unwrap())
    };
    let outside = |band: super::Band| band.low > 0.0 || band.high < 0.0;
    let pearson = share(120, |seed| outside(of(seed).0));
    let rank = share(120, |seed| outside(of(seed).1));
    // Percentiles of a few hundred instants in long blocks run a little narrow.
    assert!(pearson < 0.15 && rank < 0.15, "{pearson} {rank}");
}

/// The size of a planted effect is found again, and the band holds it.
#[test]
fn a_planted_effect_is_found_with_its_size() {
    // Of twelve bars a part of 0.02 each: √12 · 0.02 of noise, ρ = k / √(1 + k²).
    let known = 12.0_f64.sqrt() * 0.02;
    let truth = known / (1.0 + known * known).sqrt();
    let of = |seed| {
        let market = Market::new(20_000, seed);
        ic(&market.rows(&market.knowing(12, 0.02), &market.over(12), 12), NO_BANDS).all.pearson
    };
    let found: Vec<Estimate> = (0..40).map(of).collect();
    let values: Vec<f64> = found.iter().filter_map(|e| e.value).collect();
    assert!((stats::mean(&values).unwrap() - truth).abs() < 0.01);
    let holds = |e: &&Estimate| e.band_hac.is_some_and(|[low, high]| low < truth && truth < high);
    assert!(found.iter().filter(holds).count() >= 34);
    // The error is the spread of the estimates.
    let errors: Vec<f64> = found.iter().filter_map(|e| e.se_hac).collect();
    let ratio = stats::mean(&errors).unwrap() / stats::sd(&values).unwrap();
    assert!((0.7..1.4).contains(&ratio), "{ratio}");
}

#[test]
fn flat_means_are_rarely_called_monotone() {
    let of = |seed| {
        let market = Market::new(2000, seed);
        let rows = market.rows(&market.slow(0.9), &market.over(4), 4);
        quantiles(&rows, 4, Bootstrap { draws: 150, seed })
    };
    let monotone = share(120, |seed| of(seed).monotone.unwrap().p_value < 0.05);
    assert!(monotone < 0.13, "{monotone}");
    let spread = share(120, |seed| excludes_zero(&of(seed).spread_bps));
    assert!(spread < 0.14, "{spread}");
}

#[test]
fn results_are_written_with_dates_as_text_and_the_undefined_as_null() {
    let market = Market::new(40, 1);
    let rows = market.rows(&[1.0; 40], &market.over(1), 1);
    let window = serde_json::to_value(&rolling(&rows, 39, 1)[0]).unwrap();
    assert_eq!(window["dates"]["from"], "2020-09-13 12:26:40");
    assert_eq!(
        (&window["ic"]["n_rows"], window["ic"]["rank"]["value"].is_null()),
        (&39.into(), true)
    );
    let column = Compared { name: "x", reference: &[1.0; 9], test: &[1.0; 9] };
    let found = serde_json::to_value(drift(&[column], 0.05)).unwrap();
    assert_eq!(found["columns"][0]["size"], "steady");
    assert!(found["columns"][0]["psi"].is_null() && found["columns"][0]["n_effective"][0] == 9.0);
    for json in [
        serde_json::to_string(&ic(&rows, Bootstrap { draws: 9, seed: 1 })).unwrap(),
        serde_json::to_string(&by_fold(&rows)).unwrap(),
        serde_json::to_string(&quantiles(&rows, 10, NO_BANDS)).unwrap(),
    ] {
        assert!(json.contains("null") && !json.contains("NaN"), "{json}");
    }
}

#[test]
fn a_row_without_an_outcome_is_as_if_there_were_no_such_bar() {
    let market = Market::new(600, 3);
    let (predicted, mut outcome) = (market.slow(0.8), market.over(3));
    outcome[200..230].fill(f64::NAN);
    let rows = market.rows(&predicted, &outcome, 3);
    let (head, tail) = (&predicted[..200], &predicted[230..597]);
    let without = [head, tail].concat();
    let outcome = [&outcome[..200], &outcome[230..597]].concat();
    let mut shorter = Market::new(567, 3);
    shorter.ts = [&market.ts[..200], &market.ts[230..597]].concat();
    let shorter = shorter.rows(&without, &outcome, 3);
    let bootstrap = Bootstrap { draws: 50, seed: 1 };
    let (found, expected) = (ic(&rows, bootstrap), ic(&shorter, bootstrap));
    assert_eq!((found.n_unknown, expected.n_unknown), (33, 0));
    assert_eq!((found.all, found.rank_band), (expected.all, expected.rank_band));
}
