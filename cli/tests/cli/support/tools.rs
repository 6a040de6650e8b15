//! Programs of the machine that tests need, and whether they have to be there.

use std::{env, path::PathBuf};

/// Set to `required` where every tool that tests look for is installed: what is missing fails then.
const VARIABLE: &str = "GAUNTLET_TEST_TOOLS";

/// Where a program is, of those on `PATH`. An error says which Debian package has it.
#[track_caller]
pub(crate) fn tool(name: &str, package: &str) -> Result<PathBuf, String> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    let is_required = env::var_os(VARIABLE).is_some_and(|value| value == "required");
    found.ok_or_else(|| {
        let missing = format!("there is no `{name}` on PATH (Debian: {package})");
        assert!(!is_required, "{VARIABLE}: {missing}");
        missing
    })
}
