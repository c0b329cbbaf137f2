//! The spelling that was probably meant, as expressions find it, but without regard to case.

use crate::features::expr;

/// The candidate nearest to `text`, if it is near enough to be a slip of the fingers: at most a
/// third of its letters wrong, missing, added or swapped with a neighbour.
pub fn nearest<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let small: Vec<String> = candidates.iter().map(|c| c.to_lowercase()).collect();
    let best = expr::nearest(&text.to_lowercase(), small.iter().map(String::as_str))?;
    small.iter().position(|c| c == best).map(|at| candidates[at])
}

/// Comparing costs the product of both lengths; no key is this long.
const MAX_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        let keys = ["train_weeks", "test_weeks", "mode"];
        assert_eq!(nearest("train_wekes", &keys), Some("train_weeks"));
        assert_eq!(nearest("Mode", &keys), Some("mode"));
        assert_eq!(nearest("modus_operandi", &keys), None);
        assert_eq!(nearest("", &keys), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
