//! What the user sees while a download runs.

/// Told where a download stands. The command line draws a bar when it talks to a terminal.
pub trait Progress {
    /// What is happening now, such as `waiting 4s: 503`.
    fn say(&self, what: &str);

    /// `position` of `length` is done; the length is unknown at first.
    fn at(&self, position: u64, length: Option<u64>);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn say(&self, _what: &str) {}

    fn at(&self, _position: u64, _length: Option<u64>) {}
}
