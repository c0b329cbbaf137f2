//! Numbers, as tables show them.

/// A share of one, in percent.
pub fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// With thousands apart; `–` where it is undefined.
pub fn told(value: Option<f64>, decimals: usize) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
    let text = if is_zero { text.trim_start_matches('-') } else { &text };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// From one end to the other.
pub fn band(band: Option<[f64; 2]>, decimals: usize) -> String {
    band.map_or("–".to_owned(), |[low, high]| {
        format!("{} to {}", told(Some(low), decimals), told(Some(high), decimals))
    })
}

/// A value and its standard error.
pub fn with_error(value: Option<f64>, error: Option<f64>, decimals: usize) -> String {
    match error.filter(|_| value.is_some()) {
        Some(error) => format!("{} ± {}", told(value, decimals), told(Some(error), decimals)),
        None => told(value, decimals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undefined_is_a_dash_and_thousands_stand_apart() {
        assert_eq!(
            (told(None, 2), percent(None), band(None, 1)),
            ("–".into(), "–".into(), "–".into())
        );
        assert_eq!(told(Some(-1_234_567.891), 1), "-1,234,567.9");
        assert_eq!((told(Some(-0.001), 2), told(Some(999.0), 0)), ("0.00".into(), "999".into()));
        assert_eq!(percent(Some(0.1234)), "12.3 %");
        assert_eq!(band(Some([-0.5, 1.0]), 2), "-0.50 to 1.00");
        assert_eq!(with_error(Some(1.0), Some(0.25), 2), "1.00 ± 0.25");
        assert_eq!(with_error(None, Some(0.25), 2), "–");
    }
}
