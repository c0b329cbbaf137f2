//! What a key allows beyond its type.

/// Bounds, unit and least length; each type reads what concerns it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    min: f64,
    max: f64,
    /// The bounds themselves are refused, low and high.
    open: (bool, bool),
    pub unit: &'static str,
    /// The fewest entries of a list.
    pub min_len: usize,
}

impl Rule {
    /// Whatever the type allows.
    pub const fn any() -> Self {
        Self::within(f64::NEG_INFINITY, f64::INFINITY)
    }

    /// `min ≤ x ≤ max`
    pub const fn within(min: f64, max: f64) -> Self {
        Self { min, max, open: (false, false), unit: "", min_len: 0 }
    }

    /// `min < x ≤ max`
    pub const fn above(min: f64, max: f64) -> Self {
        Self { open: (true, false), ..Self::within(min, max) }
    }

    /// `min ≤ x < max`
    pub const fn below(min: f64, max: f64) -> Self {
        Self { open: (false, true), ..Self::within(min, max) }
    }

    pub const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub const fn nonempty(self) -> Self {
        Self { min_len: 1, ..self }
    }

    pub fn allows(&self, x: f64) -> bool {
        let low = if self.open.0 { x > self.min } else { x >= self.min };
        let high = if self.open.1 { x < self.max } else { x <= self.max };
        low && high
    }

    /// `a whole number of weeks from 1 to 520`
    pub fn describe(&self, noun: &str) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" of {}", self.unit) };
        let bounds = match self.bounds() {
            Bounds::None => String::new(),
            Bounds::Low(low) if self.open.0 => format!(" above {low}"),
            Bounds::Low(low) => format!(" of at least {low}"),
            Bounds::Both(low, high) if self.open.0 => format!(" above {low}, at most {high}"),
            Bounds::Both(low, high) if self.open.1 => format!(" from {low} to below {high}"),
            Bounds::Both(low, high) => format!(" from {low} to {high}"),
        };
        format!("{noun}{unit}{bounds}")
    }

    /// `weeks, 1 to 520`
    pub fn brief(&self, noun: &str) -> String {
        let bounds = match self.bounds() {
            Bounds::None => noun.to_owned(),
            Bounds::Low(low) if self.open.0 => format!("above {low}"),
            Bounds::Low(low) => format!("at least {low}"),
            Bounds::Both(low, high) if self.open.0 => format!("above {low}, to {high}"),
            Bounds::Both(low, high) if self.open.1 => format!("{low} to below {high}"),
            Bounds::Both(low, high) => format!("{low} to {high}"),
        };
        if self.unit.is_empty() { bounds } else { format!("{}, {bounds}", self.unit) }
    }

    /// A rule without a lower bound has none at all.
    fn bounds(&self) -> Bounds {
        match (self.min.is_finite(), self.max.is_finite()) {
            (false, _) => Bounds::None,
            (true, false) => Bounds::Low(grouped(self.min)),
            (true, true) => Bounds::Both(grouped(self.min), grouped(self.max)),
        }
    }
}

enum Bounds {
    None,
    Low(String),
    Both(String, String),
}

/// `100,000` from five digits on.
fn grouped(x: f64) -> String {
    let text = x.to_string();
    let digits = text.trim_start_matches('-');
    if digits.len() < 5 || digits.contains('.') {
        return text;
    }
    let mut out = text[..text.len() - digits.len()].to_owned();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn bounds_read_as_a_sentence() {
        let weeks = Rule::within(1.0, 520.0).unit("weeks");
        assert_eq!(weeks.describe("a whole number"), "a whole number of weeks from 1 to 520");
        assert_eq!(weeks.brief("whole number"), "weeks, 1 to 520");
        assert_eq!(Rule::any().describe("a number"), "a number");
        assert_eq!(Rule::above(0.0, f64::INFINITY).describe("a number"), "a number above 0");
        assert_eq!(Rule::below(0.0, 1.0).brief("number"), "0 to below 1");
        assert_eq!(Rule::within(-12_345.0, 1e6).brief("number"), "-12,345 to 1,000,000");
    }

    #[test]
    fn open_bounds_refuse_themselves() {
        assert!(!Rule::above(0.0, 1.0).allows(0.0) && Rule::above(0.0, 1.0).allows(1.0));
        assert!(!Rule::below(0.0, 1.0).allows(1.0) && Rule::below(0.0, 1.0).allows(0.0));
        assert!(!Rule::any().allows(f64::NAN));
    }
}
