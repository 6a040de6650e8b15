//! Which file a suite is, however it was named and from whatever folder.

use std::{fs, path::Path};

/// The absolute path of a suite, without links; as far as that is known, if the file is gone.
pub(crate) fn absolute(path: &Path) -> String {
    let found = fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    found.map_or_else(
        |_| path.display().to_string(),
        |path| path.display().to_string(),
    )
}
