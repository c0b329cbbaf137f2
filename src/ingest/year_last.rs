//! Dates whose year comes last: is the day or the month first?

use super::instant::number_of;
use super::source::{Fault, show};

/// Why a date that ends with its year is not read, and how to have it read. Where only one order is
/// possible it is named; it is not taken, since another row of the file may say otherwise.
pub(super) fn year_last(cell: &[u8]) -> Option<Fault> {
    let (first, rest) = short_number(cell)?;
    let mark = rest.first().copied().filter(|b| matches!(b, b'/' | b'.' | b'-'))?;
    let (second, rest) = short_number(&rest[1..])?;
    let rest = rest.strip_prefix(&[mark])?;
    let n_year = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let year = match n_year {
        2 => "%y",
        4 => "%Y",
        _ => return None,
    };
    let time = match rest[n_year..].iter().filter(|b| **b == b':').count() {
        0 => "",
        1 => " %H:%M",
        _ => " %H:%M:%S",
    };
    let mark = char::from(mark);
    let flag = |a: &str, b: &str| format!("`--time-format '%{a}{mark}%{b}{mark}{year}{time}'`");
    let (days, months) = (1..=31, 1..=12);
    let can_be = |day: u32, month: u32| days.contains(&day) && months.contains(&month);
    let (what, cure) = match (can_be(first, second), can_be(second, first)) {
        (true, true) => {
            let cure = format!("say which: {} or {}", flag("d", "m"), flag("m", "d"));
            ("could mean day or month first", cure)
        }
        (true, false) => ("has the day first, which is not guessed", flag("d", "m")),
        (false, true) => ("has the month first, which is not guessed", flag("m", "d")),
        (false, false) => return None,
    };
    Some(Fault::new(format!("`{}` {what}", show(cell))).cure(cure))
}

/// Of one digit or two.
fn short_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let n_digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=2).contains(&n_digits).then(|| number_of(text, n_digits))?
}
