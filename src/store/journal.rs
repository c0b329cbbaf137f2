//! Work under way: a file of JSON lines that outlives a kill, and goes when the work is done.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::atomic::sync_folder;
use crate::failure::Failure;

/// An open journal. Its lines are lost with it, never half-read: each carries a check sum, and from
/// the first one that does not fit on, nothing is believed.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

const N_CHECK: usize = 16;

impl Journal {
    /// Opens it, and reads what a killed run has left.
    pub fn open<T: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<T>), Failure> {
        let failed = |error: std::io::Error| Failure::io("open", path, &error);
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        // What cannot be read now may be read later: it must not be cut off.
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| Failure::io("read", path, &error))?,
        };
        let file = OpenOptions::new().append(true).create(true).open(path).map_err(failed)?;
        let (mut entries, mut whole) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(entry) = parse(line) else { break };
            entries.push(entry);
            whole += line.len();
        }
        file.set_len(whole as u64).and_then(|()| sync_folder(folder)).map_err(failed)?;
        Ok((Self { path: path.to_path_buf(), file }, entries))
    }

    /// Returns when the entry is on the disk.
    pub fn append(&mut self, entry: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string(entry).map_err(Failure::world)?;
        let line = format!("{} {json}\n", check_sum(json.as_bytes()));
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| Failure::io("append to", &self.path, &error))
    }

    /// The work is done, and recorded elsewhere.
    pub fn close(self) {
        // One that stays is read again, and says nothing that is not so.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let line = line.strip_suffix(b"\n")?;
    let (check, json) = (line.get(..N_CHECK)?, line.get(N_CHECK + 1..)?);
    (check == check_sum(json).as_bytes()).then(|| serde_json::from_slice(json).ok()).flatten()
}

fn check_sum(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..N_CHECK].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::write_atomic;

    #[test]
    fn what_was_appended_is_read_and_a_torn_end_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/work.jsonl");
        let (mut journal, old) = Journal::open::<(String, u32)>(&path).unwrap();
        assert!(old.is_empty());
        let entries = [("a".to_owned(), 1), ("b".to_owned(), 2), ("c".to_owned(), 3)];
        entries.iter().for_each(|entry| journal.append(entry).unwrap());
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            write_atomic(&path, &whole[..cut]).unwrap();
            let n = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            let (mut journal, read) = Journal::open::<(String, u32)>(&path).unwrap();
            assert_eq!(read, entries[..n], "cut at {cut}");
            journal.append(&("d".to_owned(), 4)).unwrap();
            let (journal, read) = Journal::open::<(String, u32)>(&path).unwrap();
            assert_eq!(read.len(), n + 1);
            journal.close();
            assert!(!path.exists());
        }
    }

    #[test]
    fn a_flipped_bit_ends_what_is_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("work.jsonl");
        let (mut journal, _) = Journal::open::<u32>(&path).unwrap();
        [7, 8, 9].iter().for_each(|n| journal.append(n).unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[25] ^= 1;
        write_atomic(&path, &bytes).unwrap();
        let (_, read) = Journal::open::<u32>(&path).unwrap();
        assert_eq!(read, [7]);
    }
}
