//! Text as a YAML scalar that every YAML reader takes for text.

use std::fmt::Write;

/// Plain where that is safe, in double quotes otherwise.
pub fn quote(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { in_quotes(text) }
}

fn is_plain(text: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/');
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '+');
    text.starts_with(starts) && text.chars().all(goes_on) && !is_word(text)
}

/// The words that are something else than text in YAML 1.1 or 1.2.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn in_quotes(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn only_what_could_be_misread_is_quoted() {
        assert_eq!(quote("BTCUSDT"), "BTCUSDT");
        assert_eq!(quote("data/raw/a.csv"), "data/raw/a.csv");
        assert_eq!(quote("NO"), "\"NO\"");
        assert_eq!(quote("0700"), "\"0700\"");
        assert_eq!(quote("a: b"), "\"a: b\"");
        assert_eq!(quote("say \"hi\"\n\u{7}"), "\"say \\\"hi\\\"\\n\\u0007\"");
        assert_eq!(quote(""), "\"\"");
    }
}
