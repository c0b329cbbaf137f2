//! Exchanges write prices as text, `"0.01634790"`, so that nobody's JSON reader rounds them twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A finite number, written as text or as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decimal(pub f64);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AsDecimal)
    }
}

struct AsDecimal;

impl Visitor<'_> for AsDecimal {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
        let value = text.parse().map_err(|_| E::custom(format_args!("`{text}` is no number")))?;
        self.visit_f64(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Decimal, E> {
        if value.is_finite() {
            Ok(Decimal(value))
        } else {
            Err(E::custom(format_args!("`{value}` is no finite number")))
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Decimal, E> {
        Ok(Decimal(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Decimal, E> {
        Ok(Decimal(value as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_are_read_alike() {
        let read: Vec<Decimal> = serde_json::from_str(r#"["0.5", 0.5, 3, -3, "1e-8"]"#).unwrap();
        assert_eq!(read, [0.5, 0.5, 3.0, -3.0, 1e-8].map(Decimal));
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused() {
        for text in [r#""NaN""#, r#""inf""#, r#""""#, r#""1,5""#, "null", "[]", "true"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
        }
    }
}
