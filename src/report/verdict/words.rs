//! Numbers, for people.

use super::{Outcome, SharpeBand};

/// Sharpe ratios, t values and the like.
pub(super) fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// ICs: small, so with another digit.
pub(super) fn small(x: f64) -> String {
    let text = format!("{x:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

/// The answer, why, and the Sharpe ratio, in a sentence.
pub(super) fn headline(outcome: Outcome, why: &str, sharpe: Option<&SharpeBand>) -> String {
    let outcome = outcome.word();
    let Some(band) = sharpe else { return format!("{outcome}: {why}") };
    let [sharpe, low, high] = [band.sharpe, band.low, band.high].map(number);
    format!("{outcome}: {why} (yearly Sharpe ratio after costs {sharpe}, between {low} and {high})")
}

/// Money, in the account's currency.
pub(super) fn cash(x: f64) -> String {
    let whole = x.abs() >= 100.0;
    let text = if whole { thousands(x.abs().round()) } else { format!("{:.2}", x.abs()) };
    if x < 0.0 && text != "0.00" { format!("-{text}") } else { text }
}

pub(super) fn count(n: u64) -> String {
    thousands(n as f64)
}

/// `1 bar`, `12 bars`.
pub(super) fn counted(n: u64, what: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{} {what}{end}", count(n))
}

/// `12 settings`, and how many of them every diagnosis tries.
pub(super) fn settings(n: u64, n_thresholds: u64) -> String {
    let all = counted(n, "setting");
    match n_thresholds {
        0 => all,
        shown => format!("{all}, counting the {shown} z-thresholds that are shown,"),
    }
}

/// A century: what takes longer is never seen.
const CENTURY_DAYS: u64 = 36_525;

/// `12 days`, as long as that is worth counting.
pub(super) fn span(n_days: u64) -> String {
    if n_days > CENTURY_DAYS { "more than 100 years".to_owned() } else { counted(n_days, "day") }
}

/// `12 more days`.
pub(super) fn more(n_days: u64) -> String {
    match n_days {
        n if n > CENTURY_DAYS => "more than 100 years more".to_owned(),
        n => counted(n, "more day"),
    }
}

/// A probability; at the ends, where rounding would say never or always, by its bound.
pub(super) fn percent(p: f64) -> String {
    match p {
        p if p < 0.001 => "less than 0.1 %".to_owned(),
        p if p > 0.999 => "more than 99.9 %".to_owned(),
        p if (0.1..=0.9).contains(&p) => format!("{:.0} %", 100.0 * p),
        p => format!("{:.1} %", 100.0 * p),
    }
}

/// `1`, `1 and 3`, `1, 3 and 6`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first letter in upper case.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn thousands(whole: f64) -> String {
    let digits = format!("{whole:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!((number(1.005), number(-0.001), number(-1.5)), text("1.00", "0.00", "-1.50"));
        assert_eq!((small(0.0234), small(-0.0001), small(-0.02)), text("0.023", "0.000", "-0.020"));
        assert_eq!((cash(-12_345.6), cash(99.5), cash(-0.001)), text("-12,346", "99.50", "0.00"));
        assert_eq!((count(1_234_567), count(12), count(100)), text("1,234,567", "12", "100"));
        assert_eq!(
            (percent(0.0499), percent(0.5), percent(0.951)),
            text("5.0 %", "50 %", "95.1 %")
        );
        assert_eq!(percent(0.0), "less than 0.1 %");
        assert_eq!(percent(1.0), "more than 99.9 %");
        assert_eq!((counted(1, "day"), counted(0, "day")), ("1 day".into(), "0 days".into()));
        assert_eq!(sentence("twice"), "Twice");
        assert_eq!((span(36_525), span(219_145)), two("36,525 days", "more than 100 years"));
        assert_eq!((more(1), more(99_999)), two("1 more day", "more than 100 years more"));
    }

    fn two(a: &str, b: &str) -> (String, String) {
        (a.to_owned(), b.to_owned())
    }

    fn text(a: &str, b: &str, c: &str) -> (String, String, String) {
        (a.to_owned(), b.to_owned(), c.to_owned())
    }

    #[test]
    fn lists_end_with_and() {
        let items = ["1", "3", "6"].map(str::to_owned);
        assert_eq!(list(&items), "1, 3 and 6");
        assert_eq!((list(&items[..2]), list(&items[..1])), ("1 and 3".into(), "1".into()));
        assert_eq!(list(&[]), "none");
    }
}
