//! A folder for one test, which the program is started in.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Barrier, LedgerFile, Program, Witness};

/// An empty folder that goes away with the test.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        let scratch = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir(scratch.path("tmp")).expect("a folder for temporary files");
        scratch
    }

    /// A folder with `suite.json` in it, which has these cases.
    pub(crate) fn with_cases(cases: impl IntoIterator<Item = Value>) -> Self {
        let scratch = Self::new();
        scratch.suite("suite.json", cases);
        scratch
    }

    /// A folder with the `configs` that ship.
    pub(crate) fn with_shipped_configs() -> Self {
        let scratch = Self::new();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs");
        for entry in fs::read_dir(shipped).expect("the repository has configs") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                // The schemas are for editors.
                continue;
            }
            let name = path.file_name().expect("a name").to_string_lossy();
            scratch.write(
                &format!("configs/{name}"),
                fs::read(&path).expect("readable"),
            );
        }
        scratch
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Writes a file, and the folders it stands in.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn secret(&self, name: &str, content: &str) {
        self.write(name, content);
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.path(name), mode).expect("a mode");
    }

    /// Writes a suite of these cases.
    pub(crate) fn suite(&self, name: &str, cases: impl IntoIterator<Item = Value>) {
        let cases: Vec<_> = cases.into_iter().collect();
        self.write(name, json!({ "tests": cases }).to_string());
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The report of `suite.json`.
    pub(crate) fn report(&self) -> String {
        self.read("reports/suite_report.md")
    }

    /// The ledger, to be looked into.
    pub(crate) fn ledger(&self) -> LedgerFile {
        LedgerFile::open(&self.path("reports/ledger.db"))
    }

    /// `gauntlet soak suite.json`.
    pub(crate) fn soak<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        self.gauntlet(["soak", "suite.json"]).args(args)
    }

    /// `gauntlet soak --resume`.
    pub(crate) fn resume<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        self.gauntlet(["soak", "--resume"]).args(args)
    }

    /// Everything that was logged.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for entry in fs::read_dir(self.path("reports/logs")).expect("a folder of logs") {
            text += &fs::read_to_string(entry.expect("readable").path()).expect("text");
        }
        text
    }

    /// What commands of the embedded executor left in the folder for temporary files.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("tmp")).expect("a folder for temporary files");
        entries
            .map(|entry| entry.expect("readable").path())
            .collect()
    }

    /// A pipe through which commands show that they live.
    pub(crate) fn witness(&self, name: &str) -> Witness {
        Witness::new(self.path(name))
    }

    /// A pipe at which commands wait.
    pub(crate) fn barrier(&self, name: &str) -> Barrier {
        Barrier::new(self.path(name))
    }

    /// The program, about to be started in this folder.
    pub(crate) fn gauntlet<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new(self.folder()).args(args)
    }

    /// Another program, about to be started in this folder.
    pub(crate) fn program<'a>(
        &self,
        program: &str,
        args: impl IntoIterator<Item = &'a str>,
    ) -> Program {
        Program::of(program, self.folder()).args(args)
    }

    /// `gauntlet run suite.json`.
    pub(crate) fn run_suite<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        self.gauntlet(["run", "suite.json"]).args(args)
    }
}
