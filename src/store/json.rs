//! JSON that people read, too: indented, with an end to its last line.

use std::path::Path;

use serde::Serialize;

use super::atomic::write_atomic;
use crate::failure::Failure;

pub fn json(content: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(content).map_err(Failure::world)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// As [`write_atomic`].
pub fn write_json(path: &Path, content: &impl Serialize) -> Result<(), Failure> {
    write_atomic(path, &json(content)?)
}
