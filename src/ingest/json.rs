//! freqtrade's JSON, which is also what ccxt returns: `[[ms, open, high, low, close, volume], …]`.

use super::instant::Clock;
use super::series::{Reading, Rows};
use super::source::{Fault, Source};
use crate::failure::Failure;

type Row = (f64, f64, f64, f64, f64, f64);

pub(super) fn read(source: &Source) -> Result<Reading, Failure> {
    let rows: Vec<Row> =
        serde_json::from_slice(&source.bytes).map_err(|e| malformed(source, &e))?;
    let mut clock = Clock::new(None, None)?;
    let mut filled = Rows::new(5, rows.len());
    for (index, &(time, open, high, low, close, volume)) in rows.iter().enumerate() {
        let ts = whole(time).and_then(|time| clock.epoch(time)).map_err(|fault| {
            let what = format!("has a bad time in entry {}: {}", index + 1, fault.what);
            source.fault(Fault { what, ..fault })
        })?;
        filled.push(ts, &[open, high, low, close, volume]);
    }
    Ok(Reading::unnamed(filled.into_columns(std::iter::empty())))
}

/// JSON has one kind of number; above 2^53 it is not sure which.
fn whole(time: f64) -> Result<i64, Fault> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if time.fract() == 0.0 && time.abs() <= EXACT {
        return Ok(time as i64);
    }
    Err(Fault::new(format!("`{time}` is not an epoch time")))
}

fn malformed(source: &Source, error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let what = format!("character {}: {what}", error.column());
    let cure = if error.is_eof() {
        "the file looks cut off: download it again"
    } else {
        "needed is a list of `[time, open, high, low, close, volume]`, all numbers"
    };
    source.fault_in_line(error.line(), Fault::new(what).cure(cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Reading, Failure> {
        read(&Source::new("f.json", text.into()).unwrap())
    }

    #[test]
    fn candles_are_read_in_their_order() {
        let text = "[[1704067200000,1,3,0.5,2,10],\n [1704067500000.0,2,3,1,1.5,0]]";
        let columns = &read_text(text).unwrap().parts[0].columns;
        assert_eq!(columns.ts[1].to_string(), "2024-01-01 00:05");
        assert_eq!(columns.close, [2.0, 1.5]);
        assert_eq!(columns.volume, [10.0, 0.0]);
    }

    #[test]
    fn what_is_malformed_is_placed() {
        let message = |text| read_text(text).unwrap_err().message;
        assert_eq!(
            message("[[1704067200000,1,3,0.5,2,10],\n[1704067500000,2,3,null,1.5,0]]"),
            "`f.json`, line 2: character 23: invalid type: null, expected f64"
        );
        assert_eq!(
            message("[[1704067200000,1,3,0.5,2,10],[1.5,2,3,1,1.5,0]]"),
            "`f.json` has a bad time in entry 2: `1.5` is not an epoch time"
        );
        let cut = read_text("[[1704067200000,1,3,0.5,2,10],[17").unwrap_err();
        assert_eq!(cut.hint.as_deref(), Some("the file looks cut off: download it again"));
        assert!(read_text("{\"a\": 1}").is_err());
        assert!(read_text("[[1,2,3]]").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(text in "[\\[\\]{},:0-9.eE\"a-z -]{0,80}") {
            let _ = read_text(&text);
            let _ = read_text(&format!("[[1704067200000,1,3,0.5,2,10],{text}"));
        }
    }
}
