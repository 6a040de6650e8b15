//! Runs a child to its end and says what that took.
//!
//! Linux counts the memory of the process that starts a child into the child's peak, because the two
//! share it until the child's program is loaded. So this program stays small: it streams what it
//! generates and never holds a body.

use std::{
    env,
    fmt::Write as _,
    fs::File,
    io::{Read as _, Seek as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};
use wait4::{ResUse, Wait4 as _};

use crate::error::BenchError;

/// What a child took from its start to its end.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    /// From before it was started until it was seen to have ended.
    pub wall: Duration,
    /// User and system time of all its threads.
    pub cpu: Duration,
    /// The most memory it had resident at any one time.
    pub peak: Bytes,
    /// What it wrote to standard output.
    pub stdout: String,
}

/// An amount of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub u64);

impl Bytes {
    /// The amount in MiB.
    pub(crate) fn mib(self) -> f64 {
        self.0 as f64 / (1024.0 * 1024.0)
    }
}

/// A command without the caller's environment: variables of `gauntlet`, proxies and settings of curl
/// would change what is measured.
pub(crate) fn bare(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    if let Some(path) = env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs `command` to its end and measures it. Standard error stays the caller's.
///
/// # Errors
/// When it cannot be run, fails, or takes longer than `limit`; it has ended in any case.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Usage, BenchError> {
    // A file and no pipe: nobody has to read while the child runs, and it never waits for a reader.
    let mut output = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    let start = Instant::now();
    let resources = finish(command, limit)?;
    usage(start.elapsed(), &resources, &mut output)
}

/// As [`run`], for a command that has something to tell although it ends with `code`.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_allowing(
    command: &mut Command,
    limit: Duration,
    code: i32,
) -> Result<Usage, BenchError> {
    let mut output = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    let start = Instant::now();
    let resources = finish_watched(command, limit, |_| ())?;
    let wall = start.elapsed();
    if resources.status.code() != Some(code) {
        succeeded(command, &resources)?;
    }
    usage(wall, &resources, &mut output)
}

/// As [`run`], and has `watch` look at the process a few times each second while it runs.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_watched(
    command: &mut Command,
    limit: Duration,
    watch: impl Fn(u32) + Send + 'static,
) -> Result<Usage, BenchError> {
    let mut output = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    let start = Instant::now();
    let resources = finish_watched(command, limit, watch)?;
    let wall = start.elapsed();
    succeeded(command, &resources)?;
    usage(wall, &resources, &mut output)
}

fn usage(wall: Duration, resources: &ResUse, output: &mut File) -> Result<Usage, BenchError> {
    Ok(Usage {
        wall,
        cpu: resources.rusage.utime + resources.rusage.stime,
        peak: Bytes(resources.rusage.maxrss),
        stdout: read_back(output)?,
    })
}

/// Runs `command` to its end and lets it write to the caller's standard output.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_visibly(command: &mut Command, limit: Duration) -> Result<(), BenchError> {
    finish(command.stdin(Stdio::null()), limit).map(drop)
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut text = word(&command.get_program().to_string_lossy());
    for argument in command.get_args() {
        // Writing to a string cannot fail.
        let _ = write!(text, " {}", word(&argument.to_string_lossy()));
    }
    text
}

/// A word for the shell, in quotes where it needs them.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.:=_-@%+,{}".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn finish(command: &mut Command, limit: Duration) -> Result<ResUse, BenchError> {
    let resources = finish_watched(command, limit, |_| ())?;
    succeeded(command, &resources)?;
    Ok(resources)
}

fn succeeded(command: &Command, resources: &ResUse) -> Result<(), BenchError> {
    let (program, status) = (name(command), resources.status);
    match status.success() {
        true => Ok(()),
        false => Err(BenchError::Failed { program, status }),
    }
}

/// Waits for the end of `command`, whatever its exit code.
fn finish_watched(
    command: &mut Command,
    limit: Duration,
    watch: impl Fn(u32) + Send + 'static,
) -> Result<ResUse, BenchError> {
    let program = || name(command);
    let (program, spawned) = (program(), command.spawn());
    let mut child = spawned.map_err(|source| start_error(&program, source))?;
    let wait_error = |source| BenchError::Wait {
        program: program.clone(),
        source,
    };
    let watcher = Watcher::start(child.id(), watch);
    let ended = ends_within(&child, limit);
    // Before it is waited for, so that its number is still its own.
    drop(watcher);
    if !matches!(ended, Ok(true)) {
        // It has not been waited for, so its id is still its own.
        child.kill().map_err(wait_error)?;
    }
    let resources = child.wait4().map_err(wait_error)?;
    if !ended.map_err(|error| wait_error(error.into()))? {
        return Err(BenchError::TooSlow { program, limit });
    }
    Ok(resources)
}

/// Looks at a process until it is dropped.
struct Watcher {
    stop: mpsc::Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    fn start(pid: u32, watch: impl Fn(u32) + Send + 'static) -> Self {
        const EVERY: Duration = Duration::from_millis(250);
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                watch(pid);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // If it has ended, it is not to be told.
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn start_error(program: &str, source: std::io::Error) -> BenchError {
    BenchError::Start {
        program: program.to_owned(),
        source,
    }
}

fn name(command: &Command) -> String {
    let path = Path::new(command.get_program());
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Whether the child ends before `limit` is over; it still has to be waited for.
fn ends_within(child: &Child, limit: Duration) -> rustix::io::Result<bool> {
    let child = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(|_| rustix::io::Errno::INVAL)?;
        match poll(&mut [PollFd::new(&child, PollFlags::IN)], Some(&left)) {
            Err(rustix::io::Errno::INTR) => {}
            polled => return Ok(polled? > 0),
        }
    }
}

fn read_back(file: &mut File) -> Result<String, BenchError> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<Usage, BenchError> {
        run(bare(Path::new("/bin/sh")).args(["-c", script]), limit)
    }

    #[test]
    fn a_child_is_measured_and_its_output_kept() {
        let usage = shell("echo $((6 * 7))", Duration::from_secs(60)).expect("sh runs");
        assert_eq!(usage.stdout, "42\n");
        assert!(usage.peak.0 > 0 && !usage.wall.is_zero());
    }

    #[test]
    fn a_child_that_takes_too_long_is_ended() {
        let error = shell("exec sleep 600", Duration::from_millis(10)).expect_err("it was ended");
        assert!(matches!(error, BenchError::TooSlow { .. }), "{error}");
    }

    #[test]
    fn a_child_that_fails_has_no_usage() {
        let error = shell("exit 3", Duration::from_secs(60)).expect_err("it failed");
        assert_eq!(error.to_string(), "sh failed (exit status: 3)");
    }

    #[test]
    fn a_child_may_end_with_the_one_code_that_is_allowed() {
        let run = |script: &str| {
            let mut command = bare(Path::new("/bin/sh"));
            run_allowing(command.args(["-c", script]), Duration::from_secs(60), 107)
        };
        let usage = run("echo late; exit 107").expect("it may");
        assert_eq!(usage.stdout, "late\n");
        assert!(run("exit 0").is_ok());
        let error = run("exit 3").expect_err("it failed");
        assert_eq!(error.to_string(), "sh failed (exit status: 3)");
    }

    #[test]
    fn a_shown_command_can_be_typed() {
        let mut command = Command::new("curl");
        command.args(["-d", "{}", "a b", "it's", ""]);
        assert_eq!(shown(&command), r"curl -d {} 'a b' 'it'\''s' ''");
    }
}
