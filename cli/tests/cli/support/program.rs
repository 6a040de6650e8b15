//! The program as a process: started, watched, signalled, and ended if it does not end itself.

use std::{
    env,
    ffi::OsStr,
    fmt,
    io::{BufRead as _, BufReader, Read},
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};

use super::{PATIENCE, Records};

/// The program before it is started.
pub(crate) struct Program {
    command: Command,
    /// Where its streams go, if the test does not read them.
    stdout: Option<Stdio>,
    stderr: Option<Stdio>,
}

impl Program {
    /// The program with nothing of the surroundings that could change what it does.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::of(env!("CARGO_BIN_EXE_gauntlet"), folder)
    }

    /// Another program, started in the same way.
    pub(crate) fn of(program: &str, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .env("TMPDIR", folder.join("tmp"))
            .env("HOME", folder);
        let foreign = [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "FORCE_COLOR",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ];
        let ours = env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("GAUNTLET_")) {
            command.env_remove(name);
        }
        for name in foreign {
            command.env_remove(name);
        }
        Self {
            command,
            stdout: None,
            stderr: None,
        }
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sends standard output elsewhere.
    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.stdout = Some(to.into());
        self
    }

    /// Sends standard error elsewhere.
    pub(crate) fn stderr(mut self, to: impl Into<Stdio>) -> Self {
        self.stderr = Some(to.into());
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        self.spawn().wait()
    }

    /// Runs it to its end and expects this exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ended {
        let ended = self.run();
        assert_eq!(ended.code, Some(code), "{ended}");
        ended
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Running {
        let started = Instant::now();
        self.command
            .stdout(self.stdout.unwrap_or_else(Stdio::piped))
            .stderr(self.stderr.unwrap_or_else(Stdio::piped));
        let mut child = self.command.spawn().expect("the program starts");
        // With it go the ends of streams that it was given, which are the child's alone now.
        drop(self.command);
        let (sender, lines) = channel();
        read(child.stdout.take(), Stream::Out, &sender);
        read(child.stderr.take(), Stream::Err, &sender);
        Running {
            child,
            lines,
            started,
            ended: Ended::default(),
        }
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// Hands on what comes from a stream, line by line.
fn read(from: Option<impl Read + Send + 'static>, stream: Stream, to: &Sender<(Stream, String)>) {
    let Some(from) = from else { return };
    let to = to.clone();
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(from.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if to.send((stream, text)).is_err() {
                break;
            }
        }
    });
}

/// The program while it runs. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<(Stream, String)>,
    started: Instant,
    ended: Ended,
}

impl Running {
    /// Waits for a line on standard error or output that has `text` in it.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok((stream, line)) => {
                    self.ended.keep(stream, &line);
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("no line has {text:?} ({error}):\n{}", self.ended),
            }
        }
    }

    /// Lets it run for this long, or until it ends, if that is sooner.
    pub(crate) fn run_for(&self, duration: Duration) {
        let pidfd = pidfd_open(self.pid(), PidfdFlags::empty()).expect("it is ours to watch");
        let timeout = duration.try_into().expect("not that long");
        poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&timeout)).expect("waiting works");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program runs");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(left(deadline)) {
                Ok((stream, line)) => self.ended.keep(stream, &line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.ended),
            }
        }
        self.wait_for_exit(deadline);
        let status = self.child.wait().expect("it is ours to wait for");
        self.ended.code = status.code();
        self.ended.signal = status.signal();
        self.ended.elapsed = self.started.elapsed();
        std::mem::take(&mut self.ended)
    }

    fn wait_for_exit(&self, deadline: Instant) {
        let pidfd = pidfd_open(self.pid(), PidfdFlags::empty()).expect("it is ours to watch");
        let timeout = left(deadline).try_into().expect("not that long");
        let mut ended = [PollFd::new(&pidfd, PollFlags::IN)];
        let count = poll(&mut ended, Some(&timeout)).expect("waiting works");
        assert_eq!(count, 1, "it does not end:\n{}", self.ended);
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where it has been waited for, both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// How the program ended, and what it said.
#[derive(Default)]
pub(crate) struct Ended {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
}

impl Ended {
    /// Expects all of these words on standard error. Where lines are broken does not matter.
    #[track_caller]
    pub(crate) fn says<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> &Self {
        let said = unwrapped(&self.stderr);
        for words in words {
            assert!(said.contains(words), "no {words:?} in\n{self}");
        }
        self
    }

    /// Expects none of these words on standard error.
    #[track_caller]
    pub(crate) fn keeps_to_itself<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> &Self {
        let said = unwrapped(&self.stderr);
        for words in words {
            assert!(!said.contains(words), "{words:?} in\n{self}");
        }
        self
    }

    /// The machine records on standard output.
    #[track_caller]
    pub(crate) fn records(&self) -> Records {
        Records::parse(&self.stdout)
    }

    fn keep(&mut self, stream: Stream, line: &str) {
        match stream {
            Stream::Out => self.stdout += line,
            Stream::Err => self.stderr += line,
        }
    }
}

/// Text without the line breaks and the frame that messages for a terminal are given.
fn unwrapped(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            signal,
            stdout,
            stderr,
            elapsed,
        } = self;
        writeln!(
            f,
            "exit code {code:?}, signal {signal:?}, after {elapsed:?}"
        )?;
        write!(f, "--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
