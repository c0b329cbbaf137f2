//! The one shape of a parameter that cannot be.

/// A parameter that is impossible, named by its key in config.yml, or by its own name where no key
/// sets it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is `{value}`, but {need}")]
pub struct BadParam {
    pub key: &'static str,
    pub value: String,
    /// What would be possible, as the rest of a sentence.
    pub need: &'static str,
}

/// Collects what is wrong, so that the user reads all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<BadParam>);

impl Faults {
    pub fn require(
        &mut self,
        possible: bool,
        key: &'static str,
        (value, need): (impl ToString, &'static str),
    ) {
        if !possible {
            self.0.push(BadParam { key, value: value.to_string(), need });
        }
    }

    /// `checked`, if nothing was wrong.
    pub fn or<T>(self, checked: T) -> Result<T, Vec<BadParam>> {
        if self.0.is_empty() { Ok(checked) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_come_together_each_with_its_key() {
        let mut faults = Faults::default();
        faults.require(false, "a.b", (0, "it must be at least 1"));
        faults.require(true, "a.c", (1, "it is fine"));
        faults.require(false, "a.d", (0.5, "it must be below 0.5"));
        let told: Vec<String> =
            faults.or(()).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["`a.b` is `0`, but it must be at least 1", "`a.d` is `0.5`, but it must be below 0.5"]
        );
    }
}
