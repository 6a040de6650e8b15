//! The real Claude CLI end to end: `gauntlet run` with the embedded executor, the CLI as its command,
//! and a stand-in for the service behind it. Nothing leaves the machine.
//!
//! The CLI is the npm package `@anthropic-ai/claude-code`. It is found as `claude` on `PATH`, or where
//! `GAUNTLET_TEST_CLAUDE` says, which insists on it. Without it every test is shown as ignored.

mod messages_api;
#[path = "../cli/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "shared with the other black-box tests, which need more of it"
)]
mod support;
mod tests;

use std::{env, path::PathBuf, process::ExitCode};

use libtest_mimic::{Arguments, Trial};

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests has to see what is missing"
)]
fn main() -> ExitCode {
    let claude = find_claude();
    if claude.is_none() {
        eprintln!(
            "the tests of the Claude CLI are ignored: there is no `claude` on PATH \
             (npm install @anthropic-ai/claude-code)"
        );
    }
    let trial = |(name, test): (&str, fn(&tests::Claude))| {
        let found = claude.clone();
        let run = move || {
            if let Some(path) = found {
                test(&tests::Claude::new(path));
            }
            Ok(())
        };
        Trial::test(name, run)
            .with_kind("needs claude")
            .with_ignored_flag(claude.is_none())
    };
    let trials = tests::ALL.iter().copied().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Where the CLI is, if it is anywhere.
fn find_claude() -> Option<PathBuf> {
    if let Some(path) = env::var_os("GAUNTLET_TEST_CLAUDE") {
        let path = PathBuf::from(path);
        assert!(
            path.is_file(),
            "GAUNTLET_TEST_CLAUDE: there is no file {}",
            path.display()
        );
        return path.canonicalize().ok();
    }
    let folders = env::var_os("PATH")?;
    let mut candidates = env::split_paths(&folders).map(|folder| folder.join("claude"));
    candidates.find(|path| path.is_file())?.canonicalize().ok()
}
