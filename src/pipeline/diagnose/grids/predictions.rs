//! What the predictions were worth.

use super::super::horizons::WINDOW_STEPS;
use super::super::{OfHorizon, Tables, clearest};
use super::{bars, header};
use crate::report::diagnose::coverage::Held;
use crate::report::diagnose::{Estimate, Rate};
use crate::report::page::{Grid, band, percent, told, with_error};

pub fn grids(tables: &Tables) -> Vec<Grid> {
    let mut grids = vec![
        ic(&tables.horizons),
        tenths(&tables.horizons),
        claims(&tables.horizons),
        decay(tables),
    ];
    if let Some(best) = clearest(&tables.horizons) {
        grids.extend([by_fold(best), rolling(best), quantiles(best)]);
    }
    grids.extend([hits(tables), coverage(&tables.horizons)]);
    grids
}

fn error(found: &Estimate, decimals: usize) -> String {
    with_error(found.value, found.se_hac, decimals)
}

fn ic(horizons: &[OfHorizon]) -> Grid {
    let row = |of: &OfHorizon| {
        let (rank, pearson) = (of.ic.all.rank, of.ic.all.pearson);
        vec![
            bars(of.horizon),
            told(Some(of.ic.all.n_rows as f64), 0),
            error(&rank, 4),
            told(rank.t_plain, 1),
            told(rank.t_hac, 1),
            band(rank.band_hac, 4),
            band(of.ic.rank_band.map(|band| [band.low, band.high]), 4),
            error(&pearson, 4),
        ]
    };
    let names = [
        "ahead",
        "rows",
        "rank IC",
        "t plain",
        "t HAC",
        "95 % HAC",
        "95 % bootstrap",
        "Pearson IC",
    ];
    Grid {
        title: "IC by horizon".to_owned(),
        header: header(&names),
        sides: "lrrrrrrr",
        rows: horizons.iter().map(row).collect(),
        note:
            "Correlation of prediction and return. t plain takes overlapping returns for separate \
               ones; t HAC and the bootstrap do not. ± one standard error (HAC)."
                .to_owned(),
    }
}

fn tenths(horizons: &[OfHorizon]) -> Grid {
    let row = |of: &OfHorizon| {
        let quantiles = &of.quantiles;
        vec![
            bars(of.horizon),
            error(&quantiles.spread_bps, 2) + " bps",
            told(quantiles.spread_bps.t_hac, 1),
            told(quantiles.spearman, 2),
            told(quantiles.monotone.map(|found| found.p_value), 3),
            format!("{} of {}", of.by_fold.rank.n_positive, of.by_fold.rank.n_folds),
            with_error(of.by_fold.rank.mean, of.by_fold.rank.sd, 4),
        ]
    };
    let names = [
        "ahead",
        "top less bottom tenth",
        "t HAC",
        "order of tenths",
        "p of rising",
        "folds above 0",
        "IC of folds",
    ];
    Grid {
        title: "Tenths and folds by horizon".to_owned(),
        header: header(&names),
        sides: "lrrrrrr",
        rows: horizons.iter().map(row).collect(),
        note: "Order of tenths: rank correlation of a tenth's number and its mean return. p of rising: \
               small where each tenth earns more than the one before it. IC of folds: mean ± standard \
               deviation."
            .to_owned(),
    }
}

fn claims(horizons: &[OfHorizon]) -> Grid {
    let row = |of: &OfHorizon| {
        let claims = &of.claims;
        vec![
            bars(of.horizon),
            error(&claims.slope, 2),
            band(claims.slope.band_hac, 2),
            error(&claims.intercept_bps, 2),
            yes_or_no(claims.is_calibrated),
            format!("{} of {}", of.n_silent_folds, of.by_fold.folds.len()),
        ]
    };
    Grid {
        title: "Do expectations come true?".to_owned(),
        header: header(&[
            "ahead",
            "slope",
            "95 % HAC",
            "intercept, bps",
            "1 and 0 possible",
            "folds that expect nothing",
        ]),
        sides: "lrrrlr",
        rows: horizons.iter().map(row).collect(),
        note: "Realised on expected bps: where expectations hold, the slope is 1 and the intercept 0; \
               below 1 too much is claimed. A fold expects nothing where its calibration found nothing: \
               all of its expectations are exactly 0."
            .to_owned(),
    }
}

fn yes_or_no(found: Option<bool>) -> String {
    match found {
        Some(true) => "yes",
        Some(false) => "no",
        None => "–",
    }
    .to_owned()
}

fn decay(tables: &Tables) -> Grid {
    let rows = tables.together.decay.iter().map(|ahead| {
        vec![
            bars(ahead.bars),
            error(&ahead.whole.rank, 4),
            told(ahead.whole.rank.t_hac, 1),
            error(&ahead.alone.rank, 4),
            told(ahead.alone.rank.t_hac, 1),
        ]
    });
    Grid {
        title: "IC decay".to_owned(),
        header: header(&["ahead", "return so far", "t HAC", "that bar alone", "t HAC"]),
        sides: "lrrrr",
        rows: rows.collect(),
        note: "Rank IC of the z-score of all horizons together. Where that bar's return alone has none, \
               holding on longer adds noise."
            .to_owned(),
    }
}

fn by_fold(best: &OfHorizon) -> Grid {
    let rows = best.by_fold.folds.iter().map(|fold| {
        vec![
            fold.fold.to_string(),
            fold.dates.from.to_string(),
            fold.dates.to.to_string(),
            told(Some(fold.ic.n_rows as f64), 0),
            error(&fold.ic.rank, 4),
            told(fold.ic.rank.t_hac, 1),
            told(fold.ic.pearson.value, 4),
        ]
    });
    let names = ["fold", "from", "to", "rows", "rank IC", "t HAC", "Pearson IC"];
    Grid {
        title: format!("IC by fold, {} ahead", bars(best.horizon)),
        header: header(&names),
        sides: "rllrrrr",
        rows: rows.collect(),
        note: "The horizon whose IC is clearest.".to_owned(),
    }
}

/// Windows that overlap in hardly more than their half: the file has all.
fn rolling(best: &OfHorizon) -> Grid {
    let rows = best.rolling.iter().step_by(WINDOW_STEPS / 2).map(|window| {
        let rank = &window.ic.rank;
        let (from, to) = (window.dates.from.to_string(), window.dates.to.to_string());
        vec![from, to, error(rank, 4), band(rank.band_hac, 4)]
    });
    Grid {
        title: format!("Rolling IC, {} ahead", bars(best.horizon)),
        header: header(&["from", "to", "rank IC", "95 % HAC"]),
        sides: "llrr",
        rows: rows.collect(),
        note: "Every fourth window; `ic_rolling.parquet` has all, of all horizons.".to_owned(),
    }
}

fn quantiles(best: &OfHorizon) -> Grid {
    let rows = best.quantiles.quantiles.iter().map(|row| {
        vec![
            row.quantile.to_string(),
            told(Some(row.n_rows as f64), 0),
            error(&row.outcome_bps, 2),
            band(row.outcome_bps.band_hac, 2),
        ]
    });
    Grid {
        title: format!("Returns by tenth of the predictions, {} ahead", bars(best.horizon)),
        header: header(&["tenth", "rows", "mean return, bps", "95 % HAC"]),
        sides: "rrrr",
        rows: rows.collect(),
        note: "Lowest predictions first.".to_owned(),
    }
}

fn interval(rate: &Rate) -> String {
    let found = rate.wilson_effective.or(rate.wilson);
    found.map_or("–".to_owned(), |[low, high]| {
        format!("{} to {}", percent(Some(low)), percent(Some(high)))
    })
}

fn hits(tables: &Tables) -> Grid {
    let hits = &tables.together.hits;
    let row = |name: String, z: String, rate: &Rate| {
        vec![name, z, told(Some(rate.n_rows as f64), 0), percent(rate.rate), interval(rate)]
    };
    let all = row("all".to_owned(), String::new(), &hits.all);
    let tenths = hits.deciles.iter().map(|one| {
        row(one.decile.to_string(), band(Some([one.least_z, one.greatest_z]), 2), &one.hits)
    });
    Grid {
        title: "Hit rate by strength of the signal".to_owned(),
        header: header(&["tenth of |z|", "|z|", "rows", "right", "95 % Wilson"]),
        sides: "lrrrr",
        rows: std::iter::once(all).chain(tenths).collect(),
        note: format!("Predictions that know nothing would hit {}.", percent(hits.by_chance)),
    }
}

fn coverage(horizons: &[OfHorizon]) -> Grid {
    let row = |(of, name, held): (&OfHorizon, &str, &Held)| {
        vec![
            bars(of.horizon),
            name.to_owned(),
            percent(Some(of.coverage.promised)),
            percent(held.held.rate),
            interval(&held.held),
            yes_or_no(held.is_as_promised),
            told(held.mean_width_bps, 1),
        ]
    };
    let each = horizons.iter().flat_map(|of| {
        let [calm, middling, wild] = &of.coverage.by_volatility;
        let named =
            [("all", &of.coverage.all), ("calm", calm), ("middling", middling), ("wild", wild)];
        named.map(|(name, held)| (of, name, held))
    });
    let names =
        ["ahead", "bars", "promised", "held", "95 % Wilson", "as promised", "mean width, bps"];
    Grid {
        title: "Coverage of the intervals".to_owned(),
        header: header(&names),
        sides: "llrrrlr",
        rows: each.map(row).collect(),
        note: "How many returns lay within what was told before.".to_owned(),
    }
}
