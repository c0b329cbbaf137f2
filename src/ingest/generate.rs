//! The synthetic market → the store, with its truth beside.

use crate::config::Config;
use crate::failure::Failure;
use crate::market::Bars;
use crate::market::synthetic::{self, Market};
use crate::store::{Layout, write_atomic};

/// Makes the bars of all `data.symbols` and stores them in the place of those made before.
pub fn generate(config: &Config, layout: &Layout) -> Result<Vec<Bars>, Failure> {
    let timeframe = config.data.timeframe;
    let faults = config.synthetic.faults(timeframe);
    if !faults.is_empty() {
        let lines: Vec<_> = faults.iter().map(|(key, what)| format!("`{key}`: {what}")).collect();
        return Err(Failure::user(lines.join("\n")).hint("see `synthetic` in the config"));
    }
    let params = config.synthetic.params(timeframe);
    let Market { bars: made, mut truth } =
        synthetic::generate(&params, &config.data.symbols, config.seed).map_err(Failure::user)?;
    let _lock = layout.lock_bars()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Timeframe;

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
    fn the_usual_account_is_small_beside_a_bar() {
        for set in ["synthetic.bars=20000", "synthetic.start_price=0.05"] {
            let config = Config::from_text("defaults", "", &[set.to_owned()]).unwrap();
            let params = config.synthetic.params(config.data.timeframe);
            let made = synthetic::generate(&params, &config.data.symbols, 7).unwrap();
            let c = made.bars[0].columns();
            let value: Vec<f64> = c.close.iter().zip(&c.volume).map(|(p, v)| p * v).collect();
            let typical = crate::stats::median(&value).unwrap();
            assert!(config.backtest.cash < 0.01 * typical, "{typical} a bar");
        }
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
