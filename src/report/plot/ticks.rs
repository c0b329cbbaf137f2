//! Where an axis has its ticks and what they say.

/// A place on an axis. `under` is a second line: the day of an hour, the year of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
    pub under: Option<String>,
}

/// Beyond this the distance between two numbers may overflow; such values cannot be drawn.
pub const LARGEST: f64 = 1e300;

/// Finite and of a size that can be drawn.
pub fn is_drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// Ticks at multiples of 1, 2, 2.5 or 5 times a power of ten inside `lo..=hi`, as many as fit in
/// `most` (at least two steps are always aimed at). Multiples, so that zero is among them.
pub fn number_ticks(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    let Some(step) = step(lo, hi, most) else { return Vec::new() };
    let size = step.value();
    let (first, last) = ((lo / size).ceil() as i64, (hi / size).floor() as i64);
    let largest = lo.abs().max(hi.abs());
    let tick = |i: i64| {
        let value = i as f64 * size;
        Tick { value, label: show(value, &step, largest), under: None }
    };
    (first..=last).map(tick).filter(|t| (lo..=hi).contains(&t.value)).collect()
}

/// As [`number_ticks`], at whole numbers alone.
pub fn whole_ticks(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    let n_whole = (hi.floor() - lo.ceil()).clamp(1.0, 1e6) as usize + 1;
    let ticks = number_ticks(lo, hi, most.min(n_whole)).into_iter();
    let whole = ticks.filter(|tick| tick.value.fract() == 0.0);
    whole.map(|tick| Tick { label: grouped(tick.value, 0), ..tick }).collect()
}

/// `digits · 10^exponent`, with as many decimals as needed to write it.
#[derive(Debug, Clone, Copy)]
struct Step {
    digits: f64,
    exponent: i32,
}

impl Step {
    fn value(self) -> f64 {
        self.digits * power_of_ten(self.exponent)
    }
}

/// The smallest round step of which at most `most` fall into the range.
fn step(lo: f64, hi: f64, most: usize) -> Option<Step> {
    let room = hi - lo;
    let raw = room / most.saturating_sub(1).max(2) as f64;
    if !(raw > 0.0 && is_drawable(lo) && is_drawable(hi)) || raw < 1e-300 {
        return None;
    }
    let exponent = libm::log10(raw).floor() as i32 - 1;
    let candidates = (exponent..exponent + 4)
        .flat_map(|exponent| [1.0, 2.0, 2.5, 5.0].map(|digits| Step { digits, exponent }));
    candidates.into_iter().find(|s| s.value() >= raw * (1.0 - 1e-9))
}

/// The smallest 1, 2, 2.5 or 5 times a power of ten that is not below `raw`.
pub fn round_step(raw: f64) -> f64 {
    // Two steps of it.
    step(0.0, 2.0 * raw, 3).map_or(raw, Step::value)
}

/// Exact where a product of tens would not be: the nearest number to its decimal text.
pub fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

/// A tick's number: as many decimals as its step has, thousands apart, and k, M, G or a power of
/// ten where digits would pile up.
fn show(value: f64, step: &Step, largest: f64) -> String {
    let extra = if step.digits == 2.5 { 1 } else { 0 };
    let decimals = (extra - step.exponent).max(0) as usize;
    let (unit, suffix) = match largest {
        l if !(1e-5..1e15).contains(&l) => return scientific(value),
        l if l >= 1e10 => (9, "G"),
        l if l >= 1e7 => (6, "M"),
        l if l >= 1e5 => (3, "k"),
        _ => (0, ""),
    };
    let decimals =
        if unit == 0 { decimals } else { (extra + unit - step.exponent).max(0) as usize };
    // Twelve decimals of a narrow range far from zero tell nobody anything.
    let text = grouped(value / power_of_ten(unit), decimals.min(12));
    if value == 0.0 { "0".to_owned() } else { format!("{text}{suffix}") }
}

fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.3e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e{exponent}").replace('-', "−")
}

/// `1,234.50`, with a real minus sign.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((&*text, ""), |(w, f)| (w, f));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A round number of any size.
pub fn round(value: f64) -> String {
    let decimals = (-libm::log10(value.abs()).floor()).clamp(0.0, 6.0) as usize;
    if (1e-5..1e6).contains(&value.abs()) { grouped(value, decimals) } else { scientific(value) }
}

/// A number beside a mark: three significant digits.
pub fn brief(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        s if !(1e-4..1e7).contains(&s) => scientific(value),
        s if s >= 1e5 => format!("{}k", grouped(value / 1e3, 0)),
        s => {
            let decimals = (2.0 - libm::log10(s).floor()).clamp(0.0, 6.0) as usize;
            grouped(value, decimals)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(lo: f64, hi: f64, most: usize) -> Vec<String> {
        number_ticks(lo, hi, most).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn familiar_ranges_have_familiar_ticks() {
        assert_eq!(labels(0.0, 1.0, 6), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-3.0, 7.1, 6), ["−2.5", "0", "2.5", "5.0"]);
        assert_eq!(labels(0.0, 99.0, 5), ["0", "25", "50", "75"]);
        assert_eq!(
            labels(19_000.0, 62_000.0, 6),
            ["20,000", "30,000", "40,000", "50,000", "60,000"]
        );
        assert_eq!(labels(0.0, 2.2e6, 4), ["0", "1,000k", "2,000k"]);
        assert_eq!(labels(0.0, 3e-7, 4), ["0", "1e−7", "2e−7", "3e−7"]);
    }

    #[test]
    fn what_has_no_extent_has_no_ticks() {
        for (lo, hi) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert_eq!(number_ticks(lo, hi, 5), []);
        }
    }

    #[test]
    fn brief_numbers_have_three_digits() {
        let shown = [0.0, 1.0, -0.012_34, 123.4, 9_876.0, 250_000.0, 1e-9].map(brief);
        assert_eq!(shown, ["0", "1.00", "−0.0123", "123", "9,876", "250k", "1e−9"]);
    }

    proptest! {
        #[test]
        fn ticks_are_inside_even_distinct_and_neither_too_many_nor_too_few(
            lo in -1e9..1e9_f64, width in 1e-3..1e9_f64, most in 3..12_usize
        ) {
            let hi = lo + width;
            let ticks = number_ticks(lo, hi, most);
            prop_assert!(ticks.len() <= most && ticks.len() >= (most / 3).max(1), "{ticks:?}");
            let texts: std::collections::BTreeSet<_> = ticks.iter().map(|t| &t.label).collect();
            prop_assert_eq!(texts.len(), ticks.len());
            for pair in ticks.windows(3) {
                let (a, b) = (pair[1].value - pair[0].value, pair[2].value - pair[1].value);
                prop_assert!(a > 0.0 && (a - b).abs() <= 1e-6 * a + 1e-15 * hi.abs().max(lo.abs()));
            }
            prop_assert!(ticks.iter().all(|t| (lo..=hi).contains(&t.value)));
            prop_assert!(!(lo..=hi).contains(&0.0) || ticks.iter().any(|t| t.value == 0.0));
        }

        #[test]
        fn any_two_numbers_are_survived(lo in any::<f64>(), hi in any::<f64>(), most in 0..40_usize) {
            prop_assert!(number_ticks(lo, hi, most).len() <= most.max(3));
        }

        #[test]
        fn a_label_says_its_value(lo in -1e4..1e4_f64, width in 0.1..1e4_f64) {
            for tick in number_ticks(lo, lo + width, 7) {
                let text = tick.label.replace(',', "").replace('−', "-");
                let said: f64 = text.parse().unwrap();
                prop_assert!((said - tick.value).abs() <= 1e-9 * tick.value.abs().max(1.0), "{tick:?}");
            }
        }
    }

    #[test]
    fn whole_ticks_have_no_halves() {
        let labels = |lo, hi, most| -> Vec<String> {
            whole_ticks(lo, hi, most).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(0.0, 3.0, 12), ["0", "1", "2", "3"]);
        assert_eq!(labels(1.0, 3.0, 12), ["1", "2", "3"]);
        assert_eq!(labels(0.0, 63.0, 8), ["0", "10", "20", "30", "40", "50", "60"]);
        assert!(labels(0.0, 21.0, 10).iter().all(|label| !label.contains('.')));
    }

    #[test]
    fn a_round_step_is_the_next_round_number() {
        assert_eq!([0.9, 1.0, 2.1, 26.0, 0.03].map(round_step), [1.0, 1.0, 2.5, 50.0, 0.05]);
    }
}
