//! Nothing half-written: a temporary name in the same folder, synced, then renamed.
//!
//! A temporary file is locked for as long as somebody writes it, and the system lets go of the lock
//! of whoever is killed: one that can be locked was left behind, and the next write into its folder
//! removes it. No clock and no process id could tell as surely.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::Failure;

/// Puts `bytes` at `path`, whole or not at all; missing folders are made.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_atomic_with(path, |out| out.write_all(bytes))
}

/// As [`write_atomic`], for content that is made while it is written.
pub fn write_atomic_with(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let folder = folder_of(path);
    make_folder(path, folder)?;
    sweep(folder);
    let (temporary, file) = open_temporary(path).map_err(|e| refused(path, &e))?;
    let written = fill_and_sync(&file, fill).and_then(|()| rename(&temporary, path));
    drop(file);
    if let Err(error) = written {
        // The first error is the one to tell; a temporary left behind harms nobody.
        let _ = std::fs::remove_file(&temporary);
        return Err(refused(path, &error));
    }
    sync_folder(folder).map_err(|e| refused(path, &e))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `path` is what the caller wants to write in it.
pub(super) fn make_folder(path: &Path, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        match folder.ancestors().find(|a| a.is_file()) {
            Some(file) => Failure::user(format!(
                "cannot write `{}`: `{}` is a file, not a folder",
                path.display(),
                file.display()
            )),
            None => refused(path, &error),
        }
    })
}

/// Takes a file away that is no longer true; that there is none is as good.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::io("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// How our temporary files end, and nobody else's.
const TEMPORARY: &str = ".edgewalk.tmp";

/// Removes what killed runs left; what cannot be removed harms nobody.
fn sweep(folder: &Path) {
    let is_temporary = |path: &PathBuf| path.to_string_lossy().ends_with(TEMPORARY);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(is_temporary) {
        // The lock is held until the file is gone: nobody begins to write it meanwhile.
        if let Some(_unused) = File::open(&path).ok().filter(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// A locked file under a name of our own: never one that is in use, whoever left it there.
fn open_temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary =
            path.with_file_name(format!(".{name}.{}-{n}{TEMPORARY}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) if is_ours(&file, &temporary) => return Ok((temporary, file)),
            Ok(_) => {}
        }
    }
}

/// Before it was locked, a new file may have been swept away. Where there are no locks, nothing is.
fn is_ours(file: &File, path: &Path) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && path.exists()
}

fn fill_and_sync(
    file: &File,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    fill(&mut out)?;
    out.flush()?;
    file.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that renames")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// The rename itself must survive a power cut. Only Unix can open a folder to sync it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::io("write", path, error);
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            failure.hint("the folder is read-only for you: choose another, or change its rights")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Mender;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.txt");
        write_atomic(&path, b"first, and long").unwrap();
        write_atomic(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(names(&dir.path().join("a/b")), ["c.txt"]);
    }

    #[test]
    fn a_writer_that_fails_leaves_the_old_file_and_no_temporary() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.txt");
        write_atomic(&path, b"old").unwrap();
        let failure = write_atomic_with(&path, |out| {
            out.write_all(b"half of the n")?;
            Err(io::Error::other("the disk is full"))
        })
        .unwrap_err();
        assert_eq!(failure.mender, Mender::World);
        assert!(failure.message.ends_with("the disk is full"), "{failure}");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(names(dir.path()), ["c.txt"]);
    }

    #[test]
    fn what_a_killed_run_left_behind_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            OpenOptions::new().write(true).create_new(true).open(dir.path().join(name)).unwrap()
        };
        drop(make(".a.txt.77-0.edgewalk.tmp"));
        drop(make(".a.txt.77-0.tmp"));
        let still_written = make(".b.txt.77-1.edgewalk.tmp");
        still_written.lock().unwrap();
        write_atomic(&dir.path().join("c.txt"), b"whole").unwrap();
        let mut left = names(dir.path());
        left.sort();
        assert_eq!(left, [".a.txt.77-0.tmp", ".b.txt.77-1.edgewalk.tmp", "c.txt"]);
    }

    #[test]
    fn writers_in_one_folder_do_not_sweep_each_other_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: usize| dir.path().join(format!("{name}.txt"));
        std::thread::scope(|scope| {
            for name in 0..4 {
                scope.spawn(move || (0..60).for_each(|_| write_atomic(&path(name), b"x").unwrap()));
            }
        });
        assert_eq!(names(dir.path()).len(), 4);
    }

    #[test]
    fn a_file_in_the_way_of_a_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        write_atomic(&dir.path().join("data"), b"").unwrap();
        for inner in ["data/x.txt", "data/bars/x.txt"] {
            let failure = write_atomic(&dir.path().join(inner), b"").unwrap_err();
            assert_eq!(failure.mender, Mender::User);
            assert!(failure.message.ends_with("/data` is a file, not a folder"), "{failure}");
        }
    }

    #[test]
    fn a_folder_in_the_way_of_a_file_is_the_users_to_mend() {
        let dir = tempfile::tempdir().unwrap();
        write_atomic(&dir.path().join("x/y"), b"").unwrap();
        let failure = write_atomic(&dir.path().join("x"), b"").unwrap_err();
        assert_eq!(failure.mender, Mender::User, "{failure}");
        assert_eq!(names(dir.path()), ["x"]);
    }
}
