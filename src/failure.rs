//! An error that knows who can mend it, and so the exit code.

use std::fmt;

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mender {
    /// The user: usage, config, missing or bad input. Exit code 2.
    User,
    /// Nobody: it ran, and the answer is no. Exit code 1.
    Nobody,
    /// Nobody here: network, disk, a corrupt artifact. Exit code 3.
    World,
}

/// One lower-case sentence with the culprit in backticks, and the cure where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub mender: Mender,
    pub message: String,
    pub hint: Option<String>,
}

impl Failure {
    /// The user can fix it.
    pub fn user(message: impl fmt::Display) -> Self {
        Self { mender: Mender::User, message: message.to_string(), hint: None }
    }

    /// The world failed.
    pub fn world(message: impl fmt::Display) -> Self {
        Self { mender: Mender::World, message: message.to_string(), hint: None }
    }

    /// It ran, and the answer is no.
    pub fn verdict(message: impl fmt::Display) -> Self {
        Self { mender: Mender::Nobody, message: message.to_string(), hint: None }
    }

    pub fn hint(mut self, cure: impl fmt::Display) -> Self {
        self.hint = Some(cure.to_string());
        self
    }

    /// A file operation that failed: what is missing or forbidden is the user's, the rest the world's.
    pub fn io(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{
            AlreadyExists, IsADirectory, NotADirectory, NotFound, PermissionDenied,
            ReadOnlyFilesystem,
        };
        let message = format!("cannot {action} `{}`: {error}", path.display());
        match error.kind() {
            AlreadyExists | NotFound | PermissionDenied | IsADirectory | NotADirectory
            | ReadOnlyFilesystem => Self::user(message),
            _ => Self::world(message),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The exit code of an error: that of the outermost [`Failure`] in its chain; 3 where there is none.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    match error.chain().find_map(|e| e.downcast_ref::<Failure>()).map(|f| f.mender) {
        Some(Mender::Nobody) => 1,
        Some(Mender::User) => 2,
        Some(Mender::World) | None => 3,
    }
}

/// What the user reads: the chain as one sentence, then the hint.
pub fn render(error: &anyhow::Error) -> String {
    let hint = error.chain().find_map(|e| e.downcast_ref::<Failure>()?.hint.as_deref());
    with_hint(&format!("error: {error:#}"), hint)
}

/// The one look of hints: on a line of its own, below what it helps with.
pub fn with_hint(text: &str, hint: Option<&str>) -> String {
    hint.map_or_else(|| text.to_owned(), |hint| format!("{text}\nhint: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn context_keeps_the_code_and_the_hint() {
        let failure = Failure::user("`5x` is not a timeframe").hint("try `5m`");
        let error = Err::<(), _>(failure).context("while reading `a.csv`").unwrap_err();
        assert_eq!(exit_code(&error), 2);
        assert_eq!(
            render(&error),
            "error: while reading `a.csv`: `5x` is not a timeframe\nhint: try `5m`"
        );
    }

    #[test]
    fn an_error_nobody_classified_is_the_worlds() {
        assert_eq!(exit_code(&anyhow::anyhow!("disk on fire")), 3);
    }
}
