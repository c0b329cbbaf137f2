//! Files as exchanges give them, where `EDGEWALK_BARS` names a folder of them.

use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::market::Timeframe;
use crate::store::Layout;

/// Their folder, or nothing and a word about it.
#[expect(clippy::disallowed_methods, reason = "tests find real data by this variable")]
fn folder() -> Option<PathBuf> {
    let folder = std::env::var("EDGEWALK_BARS").ok().map(PathBuf::from);
    if folder.is_none() {
        // Not by a macro, whose words nobody sees of a test that passes.
        let _ = writeln!(std::io::stderr(), "skipped: EDGEWALK_BARS is not set");
    }
    folder
}

fn ingest(files: &[PathBuf], symbol: &str) -> (tempfile::TempDir, Layout, Summary) {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::new(dir.path());
    let read = ReadOptions { symbol: Some(symbol.parse().unwrap()), ..ReadOptions::default() };
    let options = FileOptions { read, ..FileOptions::default() };
    let summary = ingest_files(files, &options, &layout).unwrap().remove(0);
    (dir, layout, summary)
}

#[test]
fn monthly_klines_are_the_same_bars_as_the_joined_file() {
    let Some(folder) = folder() else { return };
    let months = ["01", "02", "03", "04"];
    let mut files: Vec<_> =
        months.map(|m| folder.join(format!("raw/BTCUSDT-5m-2025-{m}.csv"))).into();
    let (_a, raw, summary) = ingest(&files, "BTCUSDT");
    assert_eq!((summary.n_files, summary.read, summary.counts.added), (4, 34_560, 34_560));
    assert_eq!(summary.timeframe, Timeframe::M5);
    let (_b, joined, _) = ingest(&[folder.join("btcusdt_5m_trades.parquet")], "BTCUSDT");
    let content = |layout: &Layout| layout.list().unwrap()[0].describe().unwrap().fingerprint;
    assert_eq!(content(&raw), content(&joined));
    let bytes = |layout: &Layout| std::fs::read(&layout.list().unwrap()[0].path).unwrap();
    let extra = raw.read_bars(&summary.symbol, Timeframe::M5).unwrap().into_columns().extra;
    let names: Vec<_> = extra.keys().map(String::as_str).collect();
    assert_eq!(names, ["count", "quote_volume", "taker_buy_quote_volume", "taker_buy_volume"]);
    files.reverse();
    let (_c, reversed, _) = ingest(&files, "BTCUSDT");
    assert!(bytes(&raw) == bytes(&reversed));
}

#[test]
fn the_perpetuals_month_agrees_with_its_longer_file() {
    let Some(folder) = folder() else { return };
    let month = folder.join("raw/BTCUSDT-perp-5m-2025-01.csv");
    let (_dir, layout, summary) = ingest(&[month], "BTCUSDT");
    assert_eq!(summary.read, 8_928);
    let whole = read_file(
        &folder.join("btcusdt_perp_5m.parquet"),
        &ReadOptions { symbol: Some("BTCUSDT".parse().unwrap()), ..ReadOptions::default() },
    );
    let whole = whole.unwrap().series.remove(&summary.symbol).unwrap();
    let first: Vec<usize> = (0..8_928).collect();
    let stored = layout.read_bars(&summary.symbol, Timeframe::M5).unwrap();
    assert_eq!(*stored.columns(), whole.take(&first));
}

#[test]
fn equities_in_long_form_are_one_series_each() {
    let Some(folder) = folder() else { return };
    let file = folder.join("us_equities_daily_2011_2017.parquet");
    let read = read_file(&file, &ReadOptions::default()).unwrap();
    assert_eq!(read.series.len(), 492);
    assert_eq!(read.series.values().map(crate::market::Columns::len).sum::<usize>(), 742_935);
    let spy = read_file(
        &folder.join("spy_daily.parquet"),
        &ReadOptions { symbol: Some("SPY".parse().unwrap()), ..ReadOptions::default() },
    );
    let spy = spy.unwrap().series.remove(&"SPY".parse().unwrap()).unwrap();
    assert_eq!(spy.ts[0].to_string(), "2005-01-03 00:00");
    assert_eq!(infer_timeframe(&spy.ts), Some(Timeframe::D1));
    assert!(spy.extra.contains_key("adj_close"));
}
