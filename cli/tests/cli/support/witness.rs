//! Pipes to commands: one that shows that a command lives, so that its end is an event, and one that
//! holds it up.

use std::{
    fs::File,
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{CWD, FileType, Mode, OFlags, mknodat, open},
};

use super::PATIENCE;

/// The test's end of a pipe that a command holds open as long as it lives.
pub(crate) struct Witness {
    path: PathBuf,
    pipe: File,
}

impl Witness {
    pub(crate) fn new(path: PathBuf) -> Self {
        make_pipe(&path);
        // Without blocking until a command opens the other end.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let pipe = open(&path, flags, Mode::empty()).expect("the pipe opens");
        Self {
            path,
            pipe: pipe.into(),
        }
    }

    /// A command that reports its process id and lives on as `rest`, with everything it starts.
    pub(crate) fn command(&self, rest: &str) -> String {
        format!("exec 3>'{}'; echo $$ >&3; {rest}", self.path.display())
    }

    /// The path that commands have to be allowed to write to.
    pub(crate) fn path(&self) -> &str {
        self.path.to_str().expect("text")
    }

    /// Waits until the command runs.
    pub(crate) fn wait_for_start(&mut self) {
        let mut said = Vec::new();
        while !said.ends_with(b"\n") {
            assert!(self.read(&mut said), "the command ended before it said it");
        }
    }

    /// Waits until no process of the command is left.
    pub(crate) fn wait_for_end(mut self) {
        while self.read(&mut Vec::new()) {}
    }

    /// Waits for something to come, and tells whether it did or the other end was closed.
    fn read(&mut self, said: &mut Vec<u8>) -> bool {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = left.try_into().expect("not that long");
            let mut pipe = [PollFd::new(&self.pipe, PollFlags::IN)];
            let count = poll(&mut pipe, Some(&timeout)).expect("waiting works");
            assert_eq!(count, 1, "the command neither says anything nor ends");
            let mut bytes = [0; 64];
            match self.pipe.read(&mut bytes) {
                Ok(count) => {
                    said.extend_from_slice(&bytes[..count]);
                    return count > 0;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("the pipe broke: {error}"),
            }
        }
    }
}

/// A pipe at which a command waits until the test lets it go on.
pub(crate) struct Barrier {
    path: PathBuf,
    pipe: File,
}

impl Barrier {
    pub(crate) fn new(path: PathBuf) -> Self {
        make_pipe(&path);
        // With both ends open it does not matter who comes first.
        let pipe = File::options().read(true).write(true).open(&path);
        Self {
            path,
            pipe: pipe.expect("the pipe opens"),
        }
    }

    /// A command that waits here.
    pub(crate) fn command(&self) -> String {
        format!("read line < '{}'", self.path.display())
    }

    /// Lets the command go on, if it waits already or later.
    pub(crate) fn open(&mut self) {
        self.pipe.write_all(b"go on\n").expect("the pipe has room");
    }
}

fn make_pipe(path: &Path) {
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, path, FileType::Fifo, mode, Default::default()).expect("a pipe");
}
