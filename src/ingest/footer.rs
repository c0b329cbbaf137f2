//! A look at a Parquet footer before the decoder believes it.
//!
//! The decoder reserves memory for as many entries as a list claims to have, and a claim of
//! billions ends the program. Here each list, text and struct of the footer is walked over first:
//! nothing may claim more than there are bytes. The encoding is Thrift's compact protocol,
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

/// Whether the footer's lengths are within it.
pub(super) fn is_sound(file: &[u8]) -> bool {
    footer(file).is_some_and(|bytes| {
        let mut walk = Walk { rest: bytes };
        walk.top().is_some() && walk.rest.is_empty()
    })
}

/// The last eight bytes are the footer's length and the mark `PAR1`.
fn footer(file: &[u8]) -> Option<&[u8]> {
    let end = file.len().checked_sub(8)?;
    let length = u32::from_le_bytes(file[end..end + 4].try_into().ok()?);
    let start = end.checked_sub(usize::try_from(length).ok()?)?;
    file.get(start..end)
}

const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Schema, row groups, notes and column orders: read as lists whatever they say they are.
const LISTS_OF_STRUCTS: [i64; 4] = [2, 4, 5, 7];

/// Deeper than any footer goes.
const DEEPEST: usize = 12;

struct Walk<'a> {
    rest: &'a [u8],
}

impl Walk<'_> {
    fn top(&mut self) -> Option<()> {
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            if LISTS_OF_STRUCTS.contains(&id) {
                let is_right = kind == LIST && self.rest.first()? & 0x0f == STRUCT;
                is_right.then_some(())?;
            }
            self.value(kind, DEEPEST)?;
        }
        Some(())
    }

    /// The kind of the next field of a struct; `Some(None)` at its end.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head & 0x0f == 0 {
            return Some(None);
        }
        match head >> 4 {
            0 => {
                let zigzag = self.varint()?;
                *id = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
            }
            delta => *id = id.checked_add(i64::from(delta))?,
        }
        Some(Some(head & 0x0f))
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // A field's truth is in its kind.
            1 | 2 => Some(()),
            3 => self.skip(1),
            4..=6 => self.varint().map(drop),
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            LIST | 10 => self.list(depth),
            STRUCT => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.value(kind, depth)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        let head = self.byte()?;
        let size = match head >> 4 {
            15 => self.varint()?,
            size => u64::from(size),
        };
        // Every entry takes a byte at least.
        (size <= self.rest.len() as u64).then_some(())?;
        let kind = head & 0x0f;
        (0..size).try_for_each(|_| match kind {
            1 | 2 => self.skip(1),
            kind => self.value(kind, depth),
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip(&mut self, n: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(n).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(footer: &[u8]) -> Vec<u8> {
        let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
        [b"PAR1", footer, &length, b"PAR1"].concat()
    }

    #[test]
    fn a_list_may_not_claim_more_than_there_is() {
        // Field 2, a list of two structs that are empty; then of 15 and more.
        assert!(is_sound(&file(&[0x29, 0x2c, 0, 0, 0])));
        assert!(!is_sound(&file(&[0x29, 0x3c, 0, 0])));
        assert!(!is_sound(&file(&[0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0])));
        // Field 2 that calls itself an integer.
        assert!(!is_sound(&file(&[0x25, 0x02, 0])));
        assert!(!is_sound(b"PAR1"));
        assert!(!is_sound(&[&file(&[0])[..5], &[9, 0, 0, 0], b"PAR1"].concat()));
    }
}
