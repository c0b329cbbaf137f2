//! Decimal numbers as exchanges write them, read without detours.

use super::source::{Fault, show};

/// The number at the head of `text` and the bytes it takes: what `str::parse` gives, sooner.
/// Infinities and NaN are not numbers here.
#[inline]
pub(super) fn leading_decimal(text: &[u8]) -> Option<(f64, usize)> {
    let start = usize::from(text.first() == Some(&b'-'));
    let (whole, point) = leading_digits(text, start, 0);
    let (mantissa, end, n_fraction) = match text.get(point) {
        Some(b'.') => {
            let (mantissa, end) = leading_digits(text, point + 1, whole);
            (mantissa, end, end - point - 1)
        }
        _ => (whole, point, 0),
    };
    let n_digits = point - start + n_fraction;
    let plain = (1..=19).contains(&n_digits) && !matches!(text.get(end), Some(b'e' | b'E'));
    match exact(mantissa, n_fraction) {
        Some(value) if plain => Some((if start == 1 { -value } else { value }, end)),
        _ => leading_decimal_slowly(text),
    }
}

/// A cell that is one number and nothing else.
pub(super) fn decimal(cell: &[u8]) -> Result<f64, Fault> {
    match leading_decimal(cell) {
        Some((value, end)) if end == cell.len() => Ok(value),
        _ => Err(not_a_number(cell)),
    }
}

/// Whether a cell says that there is no value.
pub(super) fn is_missing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"", b"nan", b"null", b"none", b"na", b"n/a"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The integer at the head of `text` and the bytes it takes.
#[inline]
pub(super) fn leading_integer(text: &[u8]) -> Option<(i64, usize)> {
    let start = usize::from(text.first() == Some(&b'-'));
    let (value, end) = leading_digits(text, start, 0);
    let fits = (1..=19).contains(&(end - start));
    let value = if fits { i64::try_from(value).ok()? } else { return None };
    Some((if start == 1 { -value } else { value }, end))
}

#[inline]
pub(super) fn leading_digits(text: &[u8], start: usize, onto: u64) -> (u64, usize) {
    const POWERS: [u64; 9] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let (mut value, mut at) = (onto, start);
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let (digits, n) = digits_of_eight(*eight);
        value = value.wrapping_mul(POWERS[n]).wrapping_add(digits);
        at += n;
        if n < 8 {
            return (value, at);
        }
    }
    // Fewer than eight bytes are left of the file.
    while let Some(digit) = text.get(at).map(|b| b.wrapping_sub(b'0')).filter(|&d| d < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// The digits at the head of eight bytes, and how many they are, without a look at each: D. Lemire,
/// "Quickly parsing eight digits", 2018.
#[inline]
fn digits_of_eight(text: [u8; 8]) -> (u64, usize) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let word = u64::from_le_bytes(text);
    let (high, next) = (0xf0f0_f0f0_f0f0_f0f0, 0x0606_0606_0606_0606);
    // A digit is 0x3_, and stays so when 6 is added to it. What a byte that is none carries over
    // goes to those after it, and they do not count any more.
    let strange = (word & high ^ ZEROS) | (word.wrapping_add(next) & high ^ ZEROS);
    let n = strange.trailing_zeros() as usize / 8;
    if n == 0 {
        return (0, 0);
    }
    // Zeros in front of fewer digits make them eight.
    let word = word << (64 - 8 * n);
    let pairs =
        ((word & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000 << 32 | 1) >> 32, n)
}

/// Where mantissa and power of ten both have an exact f64, their quotient is rounded once, hence
/// right: W. Clinger, "How to read floating point numbers accurately", PLDI 1990.
#[inline]
fn exact(mut mantissa: u64, mut n_fraction: usize) -> Option<f64> {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    while mantissa > 1 << 53 && n_fraction > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        n_fraction -= 1;
    }
    let power = POWERS.get(n_fraction)?;
    (mantissa <= 1 << 53).then(|| mantissa as f64 / power)
}

#[cold]
fn leading_decimal_slowly(text: &[u8]) -> Option<(f64, usize)> {
    let part = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E');
    let end = text.iter().position(|b| !part(b)).unwrap_or(text.len());
    let value: f64 = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    value.is_finite().then_some((value, end))
}

fn not_a_number(cell: &[u8]) -> Fault {
    if cell.is_empty() {
        return Fault::new("is empty, where a number is needed");
    }
    let fault = Fault::new(format!("`{}` is not a number", show(cell)));
    if is_missing(cell) {
        return fault.cure("a bar without a price is no bar: delete the line");
    }
    let dotted: Vec<u8> = cell.iter().map(|&b| if b == b',' { b'.' } else { b }).collect();
    if cell.contains(&b',') && decimal(&dotted).is_ok() {
        return fault.cure("write decimals with a point");
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_ends_where_it_ends() {
        assert_eq!(leading_decimal(b"93576.00000000,1"), Some((93576.0, 14)));
        assert_eq!(leading_decimal(b"-0.5\r\n"), Some((-0.5, 4)));
        assert_eq!(leading_decimal(b"1e3,"), Some((1000.0, 3)));
        assert_eq!(leading_integer(b"1735689600000000,9"), Some((1_735_689_600_000_000, 16)));
        assert_eq!(leading_integer(b"9223372036854775808"), None);
        assert_eq!(leading_integer(b"-,"), None);
    }

    #[test]
    fn what_is_no_number_says_so() {
        let what = |cell: &str| decimal(cell.as_bytes()).unwrap_err().what;
        assert_eq!(what(""), "is empty, where a number is needed");
        for cell in ["nan", "inf", "-", ".", "1.2.3", "1 2", "0x1", "1e999", "1,5", "é"] {
            assert_eq!(what(cell), format!("`{cell}` is not a number"));
        }
        let cure = decimal(b"1,5").unwrap_err().cure;
        assert_eq!(cure.as_deref(), Some("write decimals with a point"));
    }

    proptest! {
        #[test]
        fn it_reads_what_the_standard_library_reads(text in "-?[0-9]{0,21}(\\.[0-9]{0,12})?") {
            let expected = text.parse::<f64>().ok().map(f64::to_bits);
            let found = decimal(text.as_bytes()).ok().map(f64::to_bits);
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_comes_after_a_number_does_not_change_it(
            text in "-?[0-9]{1,21}(\\.[0-9]{0,12})?",
            after in "[,;\r\n \"/:xé\u{ff}][0-9.,é]{0,12}",
        ) {
            let found = leading_decimal(format!("{text}{after}").as_bytes());
            prop_assert_eq!(found, leading_decimal(text.as_bytes()));
            let whole = leading_integer(format!("{text}{after}").as_bytes());
            prop_assert_eq!(whole, leading_integer(text.as_bytes()));
        }

        #[test]
        fn it_reads_any_number_the_standard_library_writes(value in any::<f64>()) {
            let found = decimal(format!("{value:e}").as_bytes()).ok();
            prop_assert_eq!(found.map(f64::to_bits), value.is_finite().then_some(value.to_bits()));
        }
    }
}
