//! One run at a time changes stored bars, or a run's manifest: what two read, merge and put back at
//! once would lose what one of them brought.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::atomic::make_folder;
use crate::failure::Failure;

/// Held from reading what is there until what became of it is stored; dropping it lets the next run in.
#[derive(Debug)]
#[must_use = "it is let go when it is dropped"]
pub struct FolderLock {
    _held: File,
}

/// Its file stays where it is: removed, two runs could hold two files of one name.
const NAME: &str = ".lock";

impl FolderLock {
    /// Waits until nobody else holds it. One for the folder of all bars, not one a symbol: nobody
    /// ever waits for a second one, and thousands of symbols do not take thousands of open files.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let failed = |doing: &str, error: &std::io::Error| Failure::io(doing, &path, error);
        make_folder(folder, folder)?;
        let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = open.map_err(|error| {
            failed("write", &error).hint(format!(
                "whoever changes what lies there holds it: `{}` must be writable (for bars, \
                 `data.dir` may be another folder)",
                folder.display()
            ))
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tracing::info!("another run is changing `{}`: waiting for it", folder.display());
                file.lock().map_err(|error| failed("lock", &error))?;
            }
            // Some network file systems have no locks: better unlocked than not at all.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed("lock", &error)),
        }
        Ok(Self { _held: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_cannot_be_written_it_is_said_what_it_is_for() {
        let folder = tempfile::tempdir().unwrap();
        // A folder in its place: of permissions, those who may do everything know nothing.
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        let failure = FolderLock::take(folder.path()).unwrap_err();
        assert!(failure.message.contains(".lock`: "), "{failure}");
        assert!(failure.hint.unwrap().contains("must be writable"));
    }
}
