//! Always the same.

/// The fraction asked for, whatever the market does.
#[inline]
pub fn size(fraction: f64) -> f64 {
    fraction
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_was_asked_for() {
        assert_eq!(super::size(0.5), 0.5);
    }
}
