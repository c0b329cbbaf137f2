//! The synthetic market → the store, with its truth beside.

use crate::config::{Config, Synthetic};
use crate::failure::Failure;
use crate::market::synthetic::{self, Clustering, Gaps, Market, Params, Planted, Regimes};
use crate::market::{Bars, Timeframe};
use crate::store::{Layout, write_atomic};
use crate::units::DAY_US;

/// Makes the bars of all `data.symbols` and stores them in the place of those made before.
pub fn generate(config: &Config, layout: &Layout) -> Result<Vec<Bars>, Failure> {
    let params = params(&config.synthetic, config.data.timeframe);
    let Market { bars: made, mut truth } =
        synthetic::generate(&params, &config.data.symbols, config.seed)
            .map_err(|fault| Failure::user(fault).hint("see `synthetic` in the config"))?;
    made.iter().try_for_each(|bars| check_ours(bars, layout))?;
    // Beside each symbol lies the truth about this symbol alone.
    let each = std::mem::take(&mut truth.symbols);
    for (bars, own) in made.iter().zip(each) {
        truth.symbols = vec![own];
        let text = serde_json::to_vec(&truth)
            .map_err(|error| Failure::world(format!("cannot write the truth: {error}")))?;
        write_atomic(&layout.truth_path(bars.symbol(), bars.timeframe()), &text)?;
        layout.write_bars(bars)?;
    }
    Ok(made)
}

/// Bars that we did not make are not replaced by some that we made up.
fn check_ours(bars: &Bars, layout: &Layout) -> Result<(), Failure> {
    let (symbol, timeframe) = (bars.symbol(), bars.timeframe());
    if !layout.has_bars(symbol, timeframe) || layout.truth_path(symbol, timeframe).exists() {
        return Ok(());
    }
    let message = format!("the stored bars of `{symbol}` were not made by us");
    Err(Failure::user(message).hint("name another symbol in `data.symbols`, or move them away"))
}

/// The generator's parameters; what the config does not name keeps its default.
fn params(wanted: &Synthetic, timeframe: Timeframe) -> Params {
    let usual = Params::default();
    let bars_per_day = DAY_US as f64 / timeframe.us() as f64;
    Params {
        timeframe,
        start: wanted.start,
        bars: wanted.bars as usize,
        price: wanted.start_price,
        volatility_per_day: wanted.volatility_bps * 1e-4 * bars_per_day.sqrt(),
        clustering: wanted.clustering.then(Clustering::default),
        tails_dof: wanted.tail_dof,
        seasonality: if wanted.seasonality { usual.seasonality } else { 0.0 },
        regimes: wanted.regimes.then(Regimes::default),
        // The config counts missing bars, the generator gaps of some length.
        gaps: Gaps {
            per_100k_bars: wanted.gaps_per_100k / Gaps::default().mean_bars,
            ..Gaps::default()
        },
        // … half a spread, the generator a whole one …
        bounce_bps: 2.0 * wanted.bounce_bps,
        planted: Planted {
            ic: wanted.planted.ic,
            horizon: wanted.planted.horizon as usize,
            ..Planted::default()
        },
        // … and a share of variance, the generator its root, the loading.
        common_factor: wanted.common_factor.sqrt(),
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(symbols: &str) -> Config {
        let sets = [format!("data.symbols=[{symbols}]"), "synthetic.bars=300".to_owned()];
        Config::from_text("defaults", "", &sets).unwrap()
    }

    fn truth(layout: &Layout, symbol: &str) -> serde_json::Value {
        let path = layout.bars_path(&symbol.parse().unwrap(), Timeframe::M5);
        let text = std::fs::read(path.with_extension("truth.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn a_truth_is_about_the_bars_that_it_lies_beside() {
        let dir = tempfile::tempdir().unwrap();
        let (all, alone) = (Layout::new(dir.path().join("a")), Layout::new(dir.path().join("b")));
        generate(&config("AA, BB, CC"), &all).unwrap();
        generate(&config("BB"), &alone).unwrap();
        for symbol in ["AA", "BB", "CC"] {
            let truth = truth(&all, symbol);
            let names: Vec<_> =
                truth["symbols"].as_array().unwrap().iter().map(|s| &s["symbol"]).collect();
            assert_eq!(names, [symbol]);
            assert_eq!(truth["params"]["bars"], 300);
        }
        assert_eq!(truth(&all, "BB"), truth(&alone, "BB"));
    }

    #[test]
    fn nothing_is_made_where_bars_of_others_would_be_lost() {
        let dir = tempfile::tempdir().unwrap();
        let (other, layout) =
            (Layout::new(dir.path().join("a")), Layout::new(dir.path().join("b")));
        let foreign = generate(&config("BB"), &other).unwrap();
        layout.write_bars(&foreign[0]).unwrap();
        let failure = generate(&config("AA, BB"), &layout).unwrap_err();
        assert_eq!(failure.message, "the stored bars of `BB` were not made by us");
        assert_eq!(layout.list().unwrap().len(), 1, "`AA` is not made either");
    }
}
