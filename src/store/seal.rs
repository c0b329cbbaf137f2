//! A hash of the whole file inside the file, looked at before anything is decoded.
//!
//! A Parquet decoder believes the lengths it reads: one flipped bit can make it ask for exabytes.
//! So each file carries, in the notes of its footer, the blake3 hash of all its bytes, taken while
//! the place of the hash itself is blank. A file beside it could be lost or left behind; this
//! cannot.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

const MARK: &[u8] = b"blake3 of this file:";
const HEX: usize = 64;

/// What the note holds until [`Sealing::close`] fills it in.
pub(super) fn blank() -> String {
    format!("{}{}", String::from_utf8_lossy(MARK), "0".repeat(HEX))
}

/// Passes a file on while it is hashed. Its end, where the blank is, is held back until that is
/// filled in.
pub(super) struct Sealing<'a, W> {
    out: W,
    hash: blake3::Hasher,
    /// Set by whoever writes, once what follows is the file's end.
    at_end: &'a AtomicBool,
    end: Vec<u8>,
}

impl<'a, W: Write> Sealing<'a, W> {
    pub fn new(out: W, at_end: &'a AtomicBool) -> Self {
        Self { out, hash: blake3::Hasher::new(), at_end, end: Vec::new() }
    }

    /// Fills the blank in and writes the end.
    pub fn close(mut self) -> io::Result<()> {
        let no_place = || io::Error::other("its footer has no place for a hash");
        let place = place(&self.end).ok_or_else(no_place)?;
        let hash = self.hash.update(&self.end).finalize().to_hex();
        self.end[place].copy_from_slice(hash.as_bytes());
        self.out.write_all(&self.end)
    }
}

impl<W: Write> Write for Sealing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at_end.load(Ordering::Relaxed) {
            return self.end.write(bytes);
        }
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
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

    fn seal(data: &[u8], end: &[u8]) -> io::Result<Vec<u8>> {
        let (mut file, at_end) = (Vec::new(), AtomicBool::new(false));
        let mut sealing = Sealing::new(&mut file, &at_end);
        sealing.write_all(data)?;
        at_end.store(true, Ordering::Relaxed);
        sealing.write_all(end)?;
        sealing.close()?;
        Ok(file)
    }

    #[test]
    fn a_seal_breaks_with_any_byte_and_holds_otherwise() {
        let file = format!("content {} tail", blank()).into_bytes();
        assert_eq!(check(&file), Seal::Broken);
        let sealed = seal(&file[..8], &file[8..]).unwrap();
        assert_eq!(sealed.len(), file.len());
        assert_eq!(check(&sealed), Seal::Whole);
        assert_eq!(seal(b"", &file).unwrap(), sealed);
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_ne!(check(&damaged), Seal::Whole, "byte {at}");
        }
        assert_eq!(check(b"no seal"), Seal::Missing);
        assert!(seal(&file, b"no place for one").is_err());
    }
}
