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

    /// The text on one line, and carets under the culprit; of a long one what is around it.
    pub fn excerpt(&self) -> String {
        const BEFORE: usize = 60;
        const LONGEST: usize = 120;
        let width = self.text.get(self.span.clone()).map_or(1, |s| s.chars().count()).max(1);
        let n_all = self.text.chars().count();
        let at = self.column() - 1;
        let from = if n_all <= LONGEST { 0 } else { at.saturating_sub(BEFORE) };
        let to = (from + LONGEST).min(n_all);
        let plain = |c: char| if matches!(c, '\n' | '\t') { ' ' } else { c };
        let text: String = self.text.chars().skip(from).take(to - from).map(plain).collect();
        let (left, right) = (if from > 0 { "…" } else { "" }, if to < n_all { "…" } else { "" });
        let pad = " ".repeat(at - from + usize::from(from > 0));
        let carets = "^".repeat(width.min((to - from).saturating_sub(at - from)).max(1));
        format!("  {left}{text}{right}\n  {pad}{carets}")
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
    fn of_a_long_expression_only_the_part_around_the_culprit_is_shown() {
        let text = format!("{}bad + {}1", "close + ".repeat(100), "open + ".repeat(100));
        let shown = ExprFault::new("unknown name `bad`", 800..803).within(&text).excerpt();
        let (line, carets) = shown.split_once('\n').unwrap();
        assert!(line.chars().count() < 130, "{line}");
        let under = line.chars().skip(carets.find('^').unwrap()).take(3);
        assert_eq!(under.collect::<String>(), "bad");
        assert!(carets.ends_with(" ^^^"), "{carets}");
        let whole = ExprFault::new("too long", 790..text.len()).within(&text).excerpt();
        assert!(whole.lines().all(|line| line.chars().count() < 130), "{whole}");
    }

    #[test]
    fn nearest_does_not_guess_wildly() {
        let known = ["close", "volume", "rsi"];
        assert_eq!(nearest("clsoe", known.into_iter()), Some("close"));
        assert_eq!(nearest("banana", known.into_iter()), None);
    }
}
