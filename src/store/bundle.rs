//! Files that belong together: a list of their hashes, written last.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::json::write_json;
use crate::failure::Failure;

/// What a run's files say of themselves. Until it is replaced an earlier one stands, and its hashes
/// tell that the files are no longer its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// What the files were made of: hashes, by name.
    pub made_of: BTreeMap<String, String>,
    /// The blake3 hash of every file, by name.
    pub files: BTreeMap<String, String>,
}

impl Bundle {
    /// Lists files that lie in `folder`, in the file `name` beside them.
    pub fn write(
        folder: &Path,
        name: &str,
        made_of: BTreeMap<String, String>,
        files: &[&str],
    ) -> Result<Self, Failure> {
        let listed = files.iter().map(|file| Ok(((*file).to_owned(), hash(&folder.join(file))?)));
        let bundle = Self { made_of, files: listed.collect::<Result<_, Failure>>()? };
        write_json(&folder.join(name), &bundle)?;
        Ok(bundle)
    }

    /// `None` where there is no such list; a failure where a file is not as it was listed.
    pub fn open(folder: &Path, name: &str) -> Result<Option<Self>, Failure> {
        let path = folder.join(name);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(|error| Failure::io("read", &path, &error))?,
        };
        let bundle: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::world(format!("`{}` is corrupt: {error}", path.display())))?;
        check(&bundle.files, &path)?;
        Ok(Some(bundle))
    }
}

/// Names the first file that is not as it was listed; `list` lies beside the files.
pub(super) fn check(files: &BTreeMap<String, String>, list: &Path) -> Result<(), Failure> {
    for (file, expected) in files {
        let file = list.with_file_name("").join(file);
        if !file.is_file() {
            return Err(Failure::world(format!("`{}` is missing", file.display())));
        }
        if hash(&file)? != *expected {
            let (file, list) = (file.display(), list.display());
            return Err(Failure::world(format!("`{file}` is not the file that `{list}` lists")));
        }
    }
    Ok(())
}

pub(super) fn hash(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::write_atomic;

    #[test]
    fn a_file_that_changed_since_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Bundle::open(dir.path(), "list.json").unwrap(), None);
        for name in ["a", "b"] {
            write_atomic(&dir.path().join(name), name.as_bytes()).unwrap();
        }
        let made_of = BTreeMap::from([("model".to_owned(), "1".to_owned())]);
        let bundle = Bundle::write(dir.path(), "list.json", made_of, &["a", "b"]).unwrap();
        assert_eq!(Bundle::open(dir.path(), "list.json").unwrap(), Some(bundle));
        write_atomic(&dir.path().join("b"), b"c").unwrap();
        let told = Bundle::open(dir.path(), "list.json").unwrap_err().to_string();
        assert!(told.contains("b` is not the file that"), "{told}");
        std::fs::remove_file(dir.path().join("a")).unwrap();
        let told = Bundle::open(dir.path(), "list.json").unwrap_err().to_string();
        assert!(told.contains("a` is missing"), "{told}");
    }
}
