//! Text → tokens.

use super::fault::{ExprFault, Span};

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64),
    Name(String),
    Text(String),
    /// An operator, bracket or comma, as written.
    Mark(&'static str),
    End,
}

/// Longest first, so that `<=` is not read as `<`.
const MARKS: [&str; 17] =
    ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "^", "(", ")", ",", "=", "&", "|"];

/// Far above any expression that can be read; a guard for the stack.
const MAX_TOKENS: usize = 1000;

/// All tokens of `text`, closed by [`Token::End`].
pub fn tokens(text: &str) -> Result<Vec<(Token, Span)>, ExprFault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if found.len() == MAX_TOKENS {
            let message = format!("the expression is longer than {MAX_TOKENS} words and marks");
            return Err(ExprFault::new(message, at..text.len())
                .hint("give its parts names under `features.expressions`"));
        }
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (token, len) = next_token(text, at, c)?;
        found.push((token, at..at + len));
        at += len;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn next_token(text: &str, at: usize, c: char) -> Result<(Token, usize), ExprFault> {
    let rest = &text[at..];
    if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|d: char| d.is_ascii_digit())) {
        return number(rest, at);
    }
    if c.is_alphabetic() || c == '_' {
        let len = rest.find(|d: char| !(d.is_alphanumeric() || d == '_')).unwrap_or(rest.len());
        return Ok((Token::Name(rest[..len].to_owned()), len));
    }
    if c == '"' || c == '\'' {
        let len = rest[1..]
            .find(c)
            .ok_or_else(|| ExprFault::new("this text has no closing quote", at..text.len()))?;
        return Ok((Token::Text(rest[1..=len].to_owned()), len + 2));
    }
    match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        Some(mark) => Ok((Token::Mark(mark), mark.len())),
        None => Err(ExprFault::new(format!("unexpected `{c}`"), at..at + c.len_utf8())),
    }
}

/// `12`, `0.5`, `.5`, `1e-4`.
fn number(rest: &str, at: usize) -> Result<(Token, usize), ExprFault> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut len = digits(0);
    if bytes.get(len) == Some(&b'.') {
        len += 1 + digits(len + 1);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits((len + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    let value: Option<f64> = rest[..len].parse().ok().filter(|v: &f64| v.is_finite());
    match value {
        Some(value) => Ok((Token::Number(value), len)),
        None => Err(ExprFault::new("this is not a number", at..at + len)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_falls_into_its_tokens() {
        let kinds: Vec<Token> =
            tokens("tf('1h', x<=1e-4)").unwrap().into_iter().map(|(t, _)| t).collect();
        let name = |s: &str| Token::Name(s.into());
        assert_eq!(
            kinds,
            [
                name("tf"),
                Token::Mark("("),
                Token::Text("1h".into()),
                Token::Mark(","),
                name("x"),
                Token::Mark("<="),
                Token::Number(1e-4),
                Token::Mark(")"),
                Token::End
            ]
        );
    }

    #[test]
    fn strange_characters_are_pointed_at() {
        assert_eq!(tokens("close § 2").unwrap_err().span, 6..8);
        assert_eq!(tokens("tf(\"1h, x)").unwrap_err().span, 3..10);
        assert_eq!(tokens("1e999").unwrap_err().span, 0..5);
    }
}
