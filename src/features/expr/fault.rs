//! What is wrong with an expression, and where.

use std::fmt;
use std::ops::Range;

use crate::failure::with_hint;

/// Byte positions in the expression's text.
pub type Span = Range<usize>;

/// A fault that points at its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprFault {
    pub message: String,
    pub span: Span,
    pub hint: Option<String>,
    /// The expression's text; set once, by whoever holds it.
    pub text: String,
}

impl ExprFault {
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span, hint: None, text: String::new() }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Fixes the text the span points into; the innermost text wins.
    pub fn within(mut self, text: &str) -> Self {
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
        }
        self
    }

    /// The text on one line, and carets under the culprit.
    pub fn excerpt(&self) -> String {
        let width = self.text.get(self.span.clone()).map_or(1, |s| s.chars().count()).max(1);
        let (pad, carets) = (" ".repeat(self.column() - 1), "^".repeat(width));
        let text = self.text.replace(['\n', '\t'], " ");
        format!("  {text}\n  {pad}{carets}")
    }

    /// The character (not byte) position of the fault, from 1.
    pub fn column(&self) -> usize {
        self.text.get(..self.span.start).map_or(1, |before| before.chars().count() + 1)
    }
}

/// The message, the text, and carets under the culprit.
impl fmt::Display for ExprFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (message, column) = (&self.message, self.column());
        let shown = format!("{message}, at character {column}\n{}", self.excerpt());
        f.write_str(&with_hint(&shown, self.hint.as_deref()))
    }
}

impl std::error::Error for ExprFault {}

/// The known name nearest to `name`, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .filter(|(distance, k)| *distance <= 1.max(k.len().min(name.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carets_stand_under_the_culprit() {
        let fault = ExprFault::new("unknown name `clsoe`", 4..9)
            .hint("did you mean `close`?")
            .within("ema(clsoe, 12)");
        insta::assert_snapshot!(fault, @r"
        unknown name `clsoe`, at character 5
          ema(clsoe, 12)
              ^^^^^
        hint: did you mean `close`?
        ");
    }

    #[test]
    fn nearest_does_not_guess_wildly() {
        let known = ["close", "volume", "rsi"];
        assert_eq!(nearest("clsoe", known.into_iter()), Some("close"));
        assert_eq!(nearest("banana", known.into_iter()), None);
    }
}
