//! A value in a JSON file that knows where it stands, so that a fault can be found.

use serde_json::Value;

use super::GbdtFault;

pub(super) struct Place<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    pub(super) fn fault(&self, problem: impl Into<String>) -> GbdtFault {
        GbdtFault::BadModel { path: self.path.clone(), problem: problem.into() }
    }

    /// The value of a key that has to be there.
    pub(super) fn get(&self, key: &str) -> Result<Place<'a>, GbdtFault> {
        self.find(key).ok_or_else(|| GbdtFault::BadModel {
            path: self.path_of(key),
            problem: "is missing".to_owned(),
        })
    }

    pub(super) fn find(&self, key: &str) -> Option<Place<'a>> {
        let value = self.value.get(key)?;
        Some(Place { value, path: self.path_of(key) })
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn items(&self) -> Result<Vec<Place<'a>>, GbdtFault> {
        let items = self.value.as_array().ok_or_else(|| self.fault("is no list"))?;
        let item = |(at, value)| Place { value, path: format!("{}[{at}]", self.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, GbdtFault> {
        self.value.as_str().ok_or_else(|| self.fault("is no text"))
    }

    /// A number, or a text that holds one, alone or in brackets: XGBoost writes its parameters as
    /// texts, and since 3.1 those that may be vectors in brackets.
    pub(super) fn number(&self) -> Result<f64, GbdtFault> {
        if let Some(number) = self.value.as_f64() {
            return Ok(number);
        }
        let text = self.text()?.trim();
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let number = inner.unwrap_or(text).trim();
        if number.contains(',') {
            return Err(self.fault("has several values, but one output is all that is known here"));
        }
        number.parse().map_err(|_| self.fault(format!("is no number: `{text:.40}`")))
    }

    pub(super) fn finite_f32(&self) -> Result<f32, GbdtFault> {
        let number = self.number()? as f32;
        if number.is_finite() { Ok(number) } else { Err(self.fault("is not finite")) }
    }

    /// A whole number.
    pub(super) fn whole(&self) -> Result<i64, GbdtFault> {
        let number = self.number()?;
        let fits = number.fract() == 0.0 && number.abs() < (1_u64 << 53) as f64;
        if fits { Ok(number as i64) } else { Err(self.fault("is no whole number")) }
    }

    /// 0 or 1, or false or true.
    pub(super) fn flag(&self) -> Result<bool, GbdtFault> {
        match (self.value.as_bool(), self.value.as_i64()) {
            (Some(flag), _) => Ok(flag),
            (_, Some(number @ (0 | 1))) => Ok(number == 1),
            _ => Err(self.fault("is neither 0 nor 1")),
        }
    }

    /// A list of `n` values.
    pub(super) fn list<T>(
        &self,
        n: usize,
        read: impl Fn(&Place<'a>) -> Result<T, GbdtFault>,
    ) -> Result<Vec<T>, GbdtFault> {
        let items = self.items()?;
        if items.len() != n {
            return Err(self.fault(format!("has {} values instead of {n}", items.len())));
        }
        items.iter().map(read).collect()
    }
}
