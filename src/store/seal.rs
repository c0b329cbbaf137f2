//! A hash of the whole file inside the file, looked at before anything is decoded.
//!
//! A Parquet decoder believes the lengths it reads: one flipped bit can make it ask for exabytes.
//! So each file carries, in the notes of its footer, the blake3 hash of all its bytes, taken while
//! the place of the hash itself is blank. A file beside it could be lost or left behind; this
//! cannot.

use std::ops::Range;

const MARK: &[u8] = b"blake3 of this file:";
const HEX: usize = 64;

/// What the note holds until [`close`] fills it in.
pub(super) fn blank() -> String {
    format!("{}{}", String::from_utf8_lossy(MARK), "0".repeat(HEX))
}

/// Fills the blank in; `None` where there is none.
pub(super) fn close(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let place = place(&bytes)?;
    let hash = blake3::hash(&bytes).to_hex();
    bytes[place].copy_from_slice(hash.as_bytes());
    Some(bytes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal {
    Whole,
    Broken,
    Missing,
}

pub(super) fn check(bytes: &[u8]) -> Seal {
    let Some(place) = place(bytes) else { return Seal::Missing };
    let mut hash = blake3::Hasher::new();
    hash.update(&bytes[..place.start]);
    hash.update(&[b'0'; HEX]);
    hash.update(&bytes[place.end..]);
    if hash.finalize().to_hex().as_bytes() == &bytes[place] { Seal::Whole } else { Seal::Broken }
}

/// The last one: the footer comes after the data.
fn place(bytes: &[u8]) -> Option<Range<usize>> {
    let start = bytes.windows(MARK.len()).rposition(|w| w == MARK)? + MARK.len();
    (start + HEX <= bytes.len()).then_some(start..start + HEX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_breaks_with_any_byte_and_holds_otherwise() {
        let file = format!("content {} tail", blank()).into_bytes();
        assert_eq!(check(&file), Seal::Broken);
        let sealed = close(file.clone()).unwrap();
        assert_eq!(sealed.len(), file.len());
        assert_eq!(check(&sealed), Seal::Whole);
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_ne!(check(&damaged), Seal::Whole, "byte {at}");
        }
        assert_eq!(check(b"no seal"), Seal::Missing);
        assert_eq!(close(b"no place for one".to_vec()), None);
    }
}
