//! Starting a command through the embedded executor, compared with starting it directly. The executor's
//! own benchmark measures that, in one process; this runs it beside the others.

use std::{process::Command, time::Duration};

use super::Bench;
use crate::{error::BenchError, measure, tools};

/// How long the benchmark may take.
const LIMIT: Duration = Duration::from_secs(5 * 60);

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    // Built and run apart, so that no time limit ends cargo and leaves its child behind.
    let build = [
        "bench",
        "-p",
        "embedded-executor",
        "--bench",
        "spawn",
        "--no-run",
    ];
    let program = tools::build(&bench.root, &build, "spawn")?;
    let mut command = Command::new(program);
    command.arg("--bench");
    super::print_commands(&[&command]);
    measure::run_visibly(&mut command, LIMIT)?;
    println!(
        "  (each line compares `true` through the executor with `sh -c true` started directly)"
    );
    Ok(())
}
