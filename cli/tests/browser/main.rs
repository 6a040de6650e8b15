//! Pages and reports as a browser shows them: headless Chromium over WebDriver, against the real program.
//!
//! Without `chromium` and `chromedriver` on `PATH` every test is shown as ignored;
//! `GAUNTLET_TEST_TOOLS=required` insists on them. With `GAUNTLET_SCREENSHOTS=FOLDER` the pictures of the
//! README are made anew.

mod browser;
mod day;
mod driver;
mod live;
mod looks;
mod report;
#[path = "../cli/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "shared with the other black-box tests, which need more of it"
)]
mod support;
mod tools;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use tools::Tools;

/// A test with its claim.
type Test = (&'static str, fn(&Tools));

const GROUPS: [&[Test]; 3] = [live::ALL, report::ALL, looks::ALL];

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests has to see what is missing"
)]
fn main() -> ExitCode {
    let tools = Tools::find();
    if let Err(missing) = &tools {
        eprintln!("the tests in a browser are skipped: {missing}");
    }
    let trial = |(name, test): Test| {
        let found = tools.clone();
        let run = move || {
            if let Ok(tools) = found {
                test(&tools);
            }
            Ok(())
        };
        Trial::test(name, run)
            .with_kind("needs chromium")
            .with_ignored_flag(tools.is_err())
    };
    let trials = GROUPS.concat().into_iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
