//! Indicators against ta-lib, where the definitions agree, once both have forgotten their start.

use ta_lib::{Core, MAType};

use super::{column, walk};
use crate::market::Bars;

const SETTLED: usize = 1200;

/// The largest relative difference after both have settled. `out` begins at `first`.
fn difference(ours: &[f64], out: &[f64], first: usize) -> f64 {
    let pairs = ours[SETTLED..].iter().zip(&out[SETTLED - first..]);
    pairs.map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}

fn check(text: &str, bars: &Bars, theirs: impl Fn(&Core, &mut [f64]) -> usize) {
    let ours = column(text, bars);
    let mut out = vec![0.0; bars.len()];
    let first = theirs(&Core::new(), &mut out);
    let worst = difference(&ours, &out, first);
    assert!(worst < 1e-9, "{text}: {worst:e}");
}

#[test]
fn oscillators_agree_with_ta_lib() {
    let bars = walk(3000, 77);
    let (c, last) = (bars.columns(), bars.len() - 1);
    let (h, l, p, v) = (&c.high[..], &c.low[..], &c.close[..], &c.volume[..]);
    check("rsi(close, 14)", &bars, |t, out| t.rsi(0, last, p, 14, out).unwrap().beg_idx);
    check("williams_r(14)", &bars, |t, out| t.willr(0, last, h, l, p, 14, out).unwrap().beg_idx);
    check("cci(20)", &bars, |t, out| t.cci(0, last, h, l, p, 20, out).unwrap().beg_idx);
    check("mfi(14)", &bars, |t, out| t.mfi(0, last, h, l, p, v, 14, out).unwrap().beg_idx);
    check("stoch_d(14, 3, 3)", &bars, |t, out| {
        let (mut k, sma) = (vec![0.0; out.len()], MAType::SMA);
        t.stoch(0, last, h, l, p, 14, 3, sma, 3, sma, &mut k, out).unwrap().beg_idx
    });
}

#[test]
fn trend_and_range_agree_with_ta_lib() {
    let bars = walk(3000, 78);
    let (c, last) = (bars.columns(), bars.len() - 1);
    let (h, l, p) = (&c.high[..], &c.low[..], &c.close[..]);
    check("atr(14)", &bars, |t, out| t.atr(0, last, h, l, p, 14, out).unwrap().beg_idx);
    check("adx(14)", &bars, |t, out| t.adx(0, last, h, l, p, 14, out).unwrap().beg_idx);
    check("plus_di(14)", &bars, |t, out| t.plus_di(0, last, h, l, p, 14, out).unwrap().beg_idx);
    check("minus_di(14)", &bars, |t, out| t.minus_di(0, last, h, l, p, 14, out).unwrap().beg_idx);
    check("macd_hist(close, 12, 26, 9)", &bars, |t, out| {
        let (mut line, mut signal) = (vec![0.0; out.len()], vec![0.0; out.len()]);
        t.macd(0, last, p, 12, 26, 9, &mut line, &mut signal, out).unwrap().beg_idx
    });
    check("bb_upper(close, 20, 2)", &bars, |t, out| {
        let (mut mid, mut low) = (vec![0.0; out.len()], vec![0.0; out.len()]);
        let sma = MAType::SMA;
        t.bbands(0, last, p, 20, 2.0, 2.0, sma, out, &mut mid, &mut low).unwrap().beg_idx
    });
    check("aroon_up(25)", &bars, |t, out| {
        let mut down = vec![0.0; out.len()];
        t.aroon(0, last, h, l, 25, &mut down, out).unwrap().beg_idx
    });
}
