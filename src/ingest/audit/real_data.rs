//! The audit of real files finds what is known to be wrong with them, and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use polars::prelude::*;

use super::{Audit, Kind, Terms, audit};
use crate::market::{Calendar, Columns, Timeframe};
use crate::units::{DAY_US, Ts};

#[test]
fn the_spot_outage_of_march_2023_is_all_there_is_in_bitcoin() {
    let Some(audit) = five_minutes("btcusdt_5m") else { return };
    let found = [(Kind::Gap, 16), (Kind::ZeroVolume, 14), (Kind::Flat, 14), (Kind::Stale, 14)];
    assert_eq!(counts(&audit), found);
    assert_eq!(ends(&audit, Kind::Gap), ["2023-03-24 12:40 2023-03-24 13:55"]);
    assert_eq!(ends(&audit, Kind::Stale), ["2023-03-24 11:30 2023-03-24 12:35"]);
    let largest = audit.largest_move.unwrap();
    assert_eq!(largest.at.to_string(), "2023-08-17 21:40");
    assert!((largest.change.abs() - 0.087).abs() < 0.001, "{largest:?}");
}

#[test]
fn solana_has_the_same_outage_and_its_leaps_are_genuine() {
    let Some(audit) = five_minutes("solusdt_5m") else { return };
    let found = [(Kind::Gap, 16), (Kind::ZeroVolume, 14), (Kind::Flat, 14), (Kind::Stale, 14)];
    assert_eq!(counts(&audit), found);
    assert_eq!(ends(&audit, Kind::Gap), ["2023-03-24 12:40 2023-03-24 13:55"]);
    let largest = audit.largest_move.unwrap();
    assert_eq!(largest.at.to_string(), "2023-01-02 07:10");
    assert!((largest.change.abs() - 0.198).abs() < 0.001, "{largest:?}");
}

#[test]
fn the_files_with_trade_columns_have_what_is_known_of_them() {
    let known: [(&str, &[(Kind, u64)]); 5] = [
        ("btcusdt_5m_trades", &[]),
        ("solusdt_5m_trades", &[]),
        ("ltcusdt_5m_trades", &[]),
        ("btcusdt_perp_5m", &[(Kind::ZeroVolume, 2), (Kind::Flat, 2)]),
        ("qntusdt_5m_trades", &[(Kind::ZeroVolume, 204), (Kind::Flat, 2760)]),
    ];
    for (file, expected) in known {
        let Some(audit) = five_minutes(file) else { return };
        assert_eq!(counts(&audit), expected, "{file}");
    }
}

#[test]
fn spy_traded_on_exactly_the_days_the_exchange_was_open() {
    let Some(frame) = read("spy_daily") else { return };
    let days = columns(&frame);
    assert_eq!(days.len(), 3083);
    let audit = audit("SPY", &days, &Terms::new(Timeframe::D1, Calendar::Nyse));
    assert_eq!(counts(&audit), []);
    let whole = days.ts[0]..days.ts[3082].plus_us(DAY_US);
    assert_eq!(Calendar::Nyse.hours().opens(whole, Timeframe::D1), days.ts);
}

#[test]
fn the_equities_have_their_known_defects() {
    let Some(audits) = equities() else { return };
    let gaps = [("KIM", 3), ("RHI", 1), ("SPGI", 5), ("VIAC", 5), ("WELL", 11)];
    assert_eq!(by_symbol(&audits, Kind::Gap), gaps);
    assert_eq!(
        by_symbol(&audits, Kind::ZeroVolume),
        [
            ("ABMD", 2),
            ("CHTR", 17),
            ("DXCM", 1),
            ("SPGI", 5),
            ("VIAC", 4),
            ("VRTX", 1),
            ("WELL", 5)
        ]
    );
    // All but TMUS are listed with the data. There `adj_close` halves the return on the day of a
    // merger whose reverse split the file does not record.
    let adjustments = [
        "GNRC 2010-02-12",
        "HBI 2015-03-04",
        "HLT 2017-01-04",
        "JCI 2007-07-02",
        "LDOS 2013-09-30",
        "TMUS 2013-05-01",
        "TRMB 2007-02-23",
    ];
    assert_eq!(places(&audits, Kind::Adjustment), adjustments);
}

/// What no list came with, and yet is there.
#[test]
fn the_equities_have_a_few_more_defects_and_no_others() {
    let Some(audits) = equities() else { return };
    // Three lone extremes, a day whose prices are a third too low, an open at half the price. The
    // crashes of 2008, May 2010 and August 2015, and single-day moves beyond 50 %, are not among them.
    let spikes =
        ["AIZ 2007-04-16", "C 2005-02-04", "ETR 2005-10-25", "IRM 2006-02-02", "VTR 2007-03-07"];
    assert_eq!(places(&audits, Kind::Spike), spikes);
    let repeated = ["SPGI 2014-08-04", "SPGI 2014-12-09", "WELL 2014-08-04"];
    assert_eq!(places(&audits, Kind::Repeated), repeated);
    let flat: u64 = audits.iter().map(|a| a.count(Kind::Flat)).sum();
    assert_eq!(flat, 211);
    let known =
        [Kind::Gap, Kind::ZeroVolume, Kind::Adjustment, Kind::Spike, Kind::Repeated, Kind::Flat];
    assert!(audits.iter().flat_map(|a| &a.findings).all(|f| known.contains(&f.kind)));
}

fn five_minutes(file: &str) -> Option<Audit> {
    let terms = Terms::new(Timeframe::M5, Calendar::Always);
    Some(audit(file, &columns(&read(file)?), &terms))
}

fn equities() -> Option<Vec<Audit>> {
    let mut by_symbol: BTreeMap<String, Columns> = BTreeMap::new();
    for file in ["us_equities_daily_2005_2010", "us_equities_daily_2011_2017"] {
        let frame = read(file)?;
        let rows = columns(&frame);
        let symbols = frame.column("symbol").unwrap().str().unwrap();
        let symbols: Vec<&str> = symbols.iter().flatten().collect();
        let mut start = 0;
        for same in symbols.chunk_by(|a, b| a == b) {
            let part = rows.take(&(start..start + same.len()).collect::<Vec<_>>());
            extend(by_symbol.entry(same[0].to_owned()).or_default(), part);
            start += same.len();
        }
    }
    let terms = Terms::new(Timeframe::D1, Calendar::Nyse);
    Some(by_symbol.iter().map(|(name, columns)| audit(name, columns, &terms)).collect())
}

fn extend(to: &mut Columns, from: Columns) {
    to.ts.extend(from.ts);
    to.open.extend(from.open);
    to.high.extend(from.high);
    to.low.extend(from.low);
    to.close.extend(from.close);
    to.volume.extend(from.volume);
    for (name, values) in from.extra {
        to.extra.entry(name).or_default().extend(values);
    }
}

fn by_symbol(audits: &[Audit], kind: Kind) -> Vec<(&str, u64)> {
    let counts = audits.iter().map(|a| (a.name.as_str(), a.count(kind)));
    counts.filter(|(_, n_bars)| *n_bars > 0).collect()
}

fn counts(audit: &Audit) -> Vec<(Kind, u64)> {
    audit.findings.iter().map(|f| (f.kind, f.n_bars)).collect()
}

fn ends(audit: &Audit, kind: Kind) -> Vec<String> {
    let places = &audit.find(kind).unwrap().places;
    places.iter().map(|p| format!("{} {}", p.from, p.to)).collect()
}

fn places(audits: &[Audit], kind: Kind) -> Vec<String> {
    let of = |a: &Audit| -> Vec<String> {
        let places = a.find(kind).map_or(&[][..], |f| &f.places);
        places.iter().map(|p| format!("{} {}", a.name, &p.from.to_string()[..10])).collect()
    };
    audits.iter().flat_map(of).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test's own way to data that are not ours to keep"
)]
fn read(file: &str) -> Option<DataFrame> {
    let Ok(folder) = std::env::var("EDGEWALK_BARS") else {
        // Not by a macro, whose words nobody sees of a test that passes.
        let _ = writeln!(std::io::stderr(), "skipped: EDGEWALK_BARS is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(format!("{file}.parquet"));
    Some(ParquetReader::new(File::open(path).unwrap()).finish().unwrap())
}

fn columns(frame: &DataFrame) -> Columns {
    let values = |name: &str| -> Vec<f64> {
        let column = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
        column.f64().unwrap().into_no_null_iter().collect()
    };
    let (time, unit_us) = match frame.column("ts") {
        Ok(_) => ("ts", 1),
        Err(_) => ("date", DAY_US),
    };
    let known = [time, "symbol", "open", "high", "low", "close", "volume"];
    let names = frame.get_column_names().into_iter().map(PlSmallStr::as_str);
    let extra =
        names.filter(|name| !known.contains(name)).map(|name| (name.to_owned(), values(name)));
    let time = frame.column(time).unwrap().cast(&DataType::Int64).unwrap();
    Columns {
        ts: time.i64().unwrap().into_no_null_iter().map(|t| Ts(t * unit_us)).collect(),
        open: values("open"),
        high: values("high"),
        low: values("low"),
        close: values("close"),
        volume: values("volume"),
        extra: extra.collect(),
    }
}
