//! Makes sure that a command whose attempt ended early is really gone.
//!
//! The command carries a marker; a second, short command looks for processes that still carry it. Both
//! go through the executor, which may run anywhere. It takes an executor that runs its commands in a
//! shell on Linux.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    outcome::{FaultKind, Outcome},
    results::AttemptReport,
};

/// Why the name: it is inherited by everything the command starts, and found in `/proc/*/environ`.
const VARIABLE: &str = "GAUNTLET_EXECUTION";

/// How often a probe looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What to look for: so many hexadecimal digits that no other process has them by chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanupMarker(String);

impl CleanupMarker {
    /// The marker of the execution with this id, in the run of this process that began at `started`:
    /// ids alone repeat when two runs of a suite begin within a second.
    #[must_use]
    pub fn of(execution_id: &str, started: Instant) -> Self {
        let mut hasher = DefaultHasher::new();
        (execution_id, started, std::process::id()).hash(&mut hasher);
        Self(format!("{:016x}", hasher.finish()))
    }

    /// `command`, carrying the marker.
    ///
    /// The shell that runs it has the marker among its arguments, what it starts has it in its
    /// environment.
    #[must_use]
    pub fn mark(&self, command: &str) -> String {
        format!("export {VARIABLE}={}; {command}", self.0)
    }

    /// A command that gives processes that carry the marker `patience` to end, and prints the process
    /// id and the name of those that have not, one per line.
    #[must_use]
    pub fn probe(&self, patience: Duration) -> String {
        let (first, rest) = self.0.split_at(1);
        // The brackets keep the probe from finding itself.
        let what =
            format!("E '{VARIABLE}=[{first}]{rest}' /proc/[0-9]*/environ /proc/[0-9]*/cmdline");
        let looks = patience.as_millis() / LOOK_EVERY.as_millis();
        let pause = LOOK_EVERY.as_secs_f64();
        format!(
            "n=0; while [ $n -lt {looks} ] && grep -qas{what}; do n=$((n+1)); sleep {pause}; done; \
             grep -las{what} | cut -d/ -f3 | sort -u | while read -r pid; do \
             echo \"$pid $(cat /proc/$pid/comm 2>/dev/null)\"; done"
        )
    }
}

/// The command in `command`, which may carry a marker.
#[must_use]
pub fn unmarked(command: &str) -> &str {
    let marked = || {
        let rest = command.strip_prefix("export ")?.strip_prefix(VARIABLE)?;
        let (marker, command) = rest.strip_prefix('=')?.split_once("; ")?;
        let is_ours = marker.len() == 16 && marker.bytes().all(|it| it.is_ascii_hexdigit());
        is_ours.then_some(command)
    };
    marked().unwrap_or(command)
}

/// Whether an attempt ended in a way that leaves it to the executor to end the command.
#[must_use]
pub fn is_due(report: &AttemptReport) -> bool {
    match &report.outcome {
        Outcome::TimedOut { .. }
        | Outcome::Stalled { .. }
        | Outcome::Cancelled
        | Outcome::HarnessError { .. } => true,
        Outcome::InfrastructureError(fault) => {
            matches!(
                fault.kind,
                FaultKind::Broken | FaultKind::NoAnswer | FaultKind::Protocol(_)
            )
        }
        _ => false,
    }
}

/// The processes that a probe's output names, each with its id and name. Whatever else an executor says
/// names none.
#[must_use]
pub fn leaked(output: &str) -> Vec<&str> {
    let is_process = |line: &&str| {
        let id = line.split(' ').next().unwrap_or_default();
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
    };
    output.lines().map(str::trim).filter(is_process).collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A marked command that runs in the background until it is killed.
    struct Background(Child);

    impl Drop for Background {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn sh(command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command);
        shell
    }

    fn probe(marker: &CleanupMarker) -> String {
        let output = sh(&marker.probe(Duration::from_millis(300)))
            .output()
            .expect("a shell");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn a_command_is_found_again_in_what_was_made_of_it() {
        let marker = CleanupMarker::of("id", Instant::now());
        assert_eq!(unmarked(&marker.mark("echo a; echo b")), "echo a; echo b");
        for plain in ["echo a", "export A=b; c", "export GAUNTLET_EXECUTION=x; c"] {
            assert_eq!(unmarked(plain), plain);
        }
    }

    #[test]
    fn the_probe_finds_a_marked_process_and_neither_itself_nor_others() {
        let (marked, other) = (
            CleanupMarker::of("RUN_1_marked", Instant::now()),
            CleanupMarker::of("RUN_1_other", Instant::now()),
        );
        // `exec` leaves one process, which has the marker in its environment alone.
        let command = marked.mark("exec sleep 100");
        let sleeper = Background(sh(&command).stdin(Stdio::null()).spawn().expect("a shell"));
        let found = probe(&marked);
        assert_eq!(leaked(&found), [format!("{} sleep", sleeper.0.id())]);
        assert!(leaked(&probe(&other)).is_empty());
        drop(sleeper);
        assert!(leaked(&probe(&marked)).is_empty());
    }

    #[test]
    fn marking_a_command_changes_nothing_it_does() {
        let marker = CleanupMarker::of("RUN_1_x", Instant::now());
        for command in [
            "echo a; exit 3",
            "# comment\necho a; exit 3",
            "cat <<X\na\nX\nexit 3",
        ] {
            let output = sh(&marker.mark(command)).output().expect("a shell");
            assert_eq!(
                (output.status.code(), &*output.stdout),
                (Some(3), &b"a\n"[..]),
                "{command}"
            );
        }
    }

    #[test]
    fn what_names_no_process_is_no_leak() {
        assert_eq!(leaked("12 sleep\nok\n\n 7 \n-3 x"), ["12 sleep", "7"]);
    }

    #[test]
    fn markers_of_two_runs_differ_even_if_their_execution_ids_do_not() {
        let started = Instant::now();
        let later = started + Duration::from_nanos(1);
        assert_ne!(
            CleanupMarker::of("RUN_1_x", started),
            CleanupMarker::of("RUN_1_x", later)
        );
    }
}
