//! Nothing half-written: a temporary name in the same folder, synced, then renamed.

use std::fs::{File, OpenOptions};
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
    let (temporary, file) = open_temporary(path).map_err(|e| refused(path, &e))?;
    let written = fill_and_sync(file, fill).and_then(|()| rename(&temporary, path));
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

fn make_folder(path: &Path, folder: &Path) -> Result<(), Failure> {
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

/// A name of our own: never one that is in use, whoever left it there.
fn open_temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_file_name(format!(".{name}.{}-{n}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (temporary, file)),
        }
    }
}

fn fill_and_sync(
    file: File,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    fill(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that renames")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// The rename itself must survive a power cut. Only Unix can open a folder to sync it.
fn sync_folder(folder: &Path) -> io::Result<()> {
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
    fn what_a_killed_run_left_behind_does_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.txt");
        for n in 0..2000 {
            let left = dir.path().join(format!(".c.txt.{}-{n}.tmp", std::process::id()));
            OpenOptions::new().write(true).create_new(true).open(left).unwrap();
        }
        write_atomic(&path, b"whole").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
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
