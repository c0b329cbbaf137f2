//! What was tried, and what came of it: one line of the ledger.

use serde::{Deserialize, Serialize};

use super::value::Point;

/// One trial. It holds nothing of when or by whom it was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Hash of study and point, so of the data too.
    pub id: String,
    /// Hash of what was tried, whoever asked for it: the same setting in two studies is one trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    pub study: String,
    /// What kind of study: `tune`, `sweep`, …
    pub kind: String,
    /// Fingerprint of the data it was tried on.
    pub data: String,
    pub seed: u64,
    /// In the order of starting, from 0.
    pub number: u64,
    pub state: State,
    /// Of a pruned trial: over the steps it had.
    pub objective: Option<f64>,
    pub point: Point,
    /// Of each step, as far as it went.
    pub scores: Vec<f64>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Trial {
    /// What it counts as among all trials on the same data.
    pub fn identity(&self) -> &str {
        self.setting.as_deref().unwrap_or(&self.id)
    }
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Done,
    Pruned,
    Failed,
}

/// A line of a ledger that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    #[error("it is not the line that was written: its check sum differs")]
    Sum,
    #[error("it is not a trial: {0}")]
    Trial(String),
}

const CHECK: &str = ",\"check\":\"";
const N_CHECK: usize = 16;

impl Trial {
    /// JSON in one line, the hash of what precedes it at its end; without the line feed.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(self)?;
        line.pop(); // the brace that closes
        let check = check_sum(line.as_bytes());
        line.push_str(CHECK);
        line.push_str(&check);
        line.push_str("\"}");
        Ok(line)
    }

    /// The trial of a line, which must be as it was written.
    pub fn from_line(line: &[u8]) -> Result<Self, BadLine> {
        let end = line.len().checked_sub(CHECK.len() + N_CHECK + 2).ok_or(BadLine::Sum)?;
        let (body, tail) = line.split_at(end);
        let check = tail.strip_prefix(CHECK.as_bytes()).and_then(|t| t.strip_suffix(b"\"}"));
        if check != Some(check_sum(body).as_bytes()) {
            return Err(BadLine::Sum);
        }
        let json = [body, b"}"].concat();
        serde_json::from_slice(&json).map_err(|error| BadLine::Trial(error.to_string()))
    }
}

fn check_sum(body: &[u8]) -> String {
    blake3::hash(body).to_hex()[..N_CHECK].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Value;

    #[test]
    fn a_line_is_json_that_any_reader_understands_and_comes_back_the_same() {
        let trial = Trial {
            id: "ab".into(),
            setting: None,
            study: "cd".into(),
            kind: "tune".into(),
            data: "ef".into(),
            seed: u64::MAX,
            number: 3,
            state: State::Pruned,
            objective: Some(0.1 + 0.2),
            point: [("depth".to_owned(), Value::Int(6))].into(),
            scores: vec![1e-300, -0.0, 0.1 + 0.2],
            reason: None,
        };
        let line = trial.to_line().unwrap();
        assert!(line.starts_with(r#"{"id":"ab","study":"cd","kind":"tune","data":"ef","seed":18"#));
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(json["point"]["depth"], 6);
        let back = Trial::from_line(line.as_bytes()).unwrap();
        assert_eq!(back, trial);
        assert_eq!(back.scores[2].to_bits(), (0.1_f64 + 0.2).to_bits());
        for at in 0..line.len() {
            let mut damaged = line.clone().into_bytes();
            damaged[at] ^= 1;
            assert!(Trial::from_line(&damaged).is_err(), "byte {at}");
        }
    }
}
