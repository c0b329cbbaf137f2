//! What bars say, as one short text.

use crate::market::Bars;

/// The blake3 hash, in hex, of symbol, timeframe and every column: of the content, not of a file.
pub fn fingerprint(bars: &Bars) -> String {
    let columns = bars.columns();
    let mut hash = blake3::Hasher::new();
    hash.update(b"edgewalk bars 1");
    name(&mut hash, bars.symbol().as_str());
    hash.update(&bars.timeframe().us().to_le_bytes());
    hash.update(&(bars.len() as u64).to_le_bytes());
    words(&mut hash, &columns.ts, |t| t.0.to_le_bytes());
    let extra = columns.extra.iter().map(|(name, v)| (name.as_str(), v.as_slice()));
    for (column, values) in columns.prices().into_iter().chain(extra) {
        name(&mut hash, column);
        words(&mut hash, values, |&v| canonical_bits(v).to_le_bytes());
    }
    hash.finalize().to_hex().to_string()
}

/// With its length, so that no two sequences of names run together to the same bytes.
fn name(hash: &mut blake3::Hasher, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

/// Every NaN is the same missing value; the two zeros are one number.
fn canonical_bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

fn words<T>(hash: &mut blake3::Hasher, values: &[T], word: impl Fn(&T) -> [u8; 8]) {
    const BLOCK: usize = 1 << 11;
    let mut block = [[0; 8]; BLOCK];
    for part in values.chunks(BLOCK) {
        block.iter_mut().zip(part).for_each(|(place, value)| *place = word(value));
        hash.update(block[..part.len()].as_flattened());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Columns, Timeframe};
    use crate::units::{MINUTE_US, Ts};

    fn bars(symbol: &str, timeframe: Timeframe, edit: impl Fn(&mut Columns)) -> Bars {
        let n = 3000;
        let mut columns = Columns {
            ts: (0..n).map(|i| Ts(i * 15 * MINUTE_US)).collect(),
            open: vec![10.0; n as usize],
            high: vec![12.0; n as usize],
            low: vec![9.0; n as usize],
            close: vec![11.0; n as usize],
            volume: vec![0.0; n as usize],
            extra: [("count".to_owned(), vec![f64::NAN; n as usize])].into(),
        };
        edit(&mut columns);
        Bars::new(symbol.parse().unwrap(), timeframe, columns).unwrap()
    }

    #[test]
    fn the_same_content_has_the_same_fingerprint_and_any_change_another() {
        let whole = fingerprint(&bars("X", Timeframe::M5, |_| ()));
        let others = [
            bars("Y", Timeframe::M5, |_| ()),
            bars("X", Timeframe::M15, |_| ()),
            bars("X", Timeframe::M5, |c| c.close[2999] = f64::from_bits(11f64.to_bits() + 1)),
            bars("X", Timeframe::M5, |c| c.ts[2999] = c.ts[2999].plus_us(5 * MINUTE_US)),
            bars("X", Timeframe::M5, |c| {
                let count = c.extra.remove("count").unwrap();
                c.extra.insert("trades".into(), count);
            }),
        ];
        for other in &others {
            assert_ne!(fingerprint(other), whole);
        }
        let minus = f64::from_bits(f64::NAN.to_bits() | 1 << 63);
        let same = bars("X", Timeframe::M5, |c| {
            c.extra.insert("count".into(), vec![minus; 3000]);
            c.volume[0] = -0.0;
        });
        assert_eq!(fingerprint(&same), whole);
        assert_eq!(whole.len(), 64);
    }
}
