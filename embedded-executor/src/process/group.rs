//! One process group: its leader's exit, its end, its reaping.
//!
//! The leader is not reaped before the group was killed. As a zombie it keeps the group's number from
//! being given to another group, so that a signal can never reach a stranger.

use std::{
    io,
    os::{fd::OwnedFd, unix::process::ExitStatusExt as _},
    process::{Child, ExitStatus},
    time::Duration,
};

use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, test_kill_process_group,
};
use tokio::{io::Interest, io::unix::AsyncFd, time};

/// How long members of a killed group may take to vanish. Killed processes are gone within
/// milliseconds, unless the kernel holds them or nobody reaps them.
const VANISH_LIMIT: Duration = Duration::from_millis(100);

/// A process group whose leader is our child. Dropping it kills and reaps what is left.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    child: Child,
    leader: Pid,
    pidfd: Option<OwnedFd>,
    status: Option<ExitStatus>,
}

/// Tells whether the kernel can watch processes as this module does.
pub(super) fn probe() -> io::Result<()> {
    pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
    Ok(())
}

impl ProcessGroup {
    /// Takes over a child that was started as leader of a group of its own.
    pub(super) fn new(child: Child) -> io::Result<Self> {
        let leader = Pid::from_child(&child);
        let mut group = Self {
            child,
            leader,
            pidfd: None,
            status: None,
        };
        // If this fails, the drop of `group` ends what was started.
        group.pidfd = Some(pidfd_open(leader, PidfdFlags::empty())?);
        Ok(group)
    }

    /// The group's number, which is its leader's.
    pub(super) fn id(&self) -> Pid {
        self.leader
    }

    /// The means to wait for the leader's exit, within the runtime that is to wait.
    pub(super) fn watch(&mut self) -> io::Result<LeaderExit> {
        let pidfd = self
            .pidfd
            .take()
            .ok_or_else(|| io::Error::other("watched already"))?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe to call because of types that lend out a descriptor \
                      they do not keep; an `OwnedFd` keeps its own"
        )]
        let exit = AsyncFd::with_interest(pidfd, Interest::READABLE)?;
        Ok(LeaderExit(exit))
    }

    /// Sends a signal to every member.
    pub(super) fn signal(&self, signal: Signal) {
        // Once the leader is reaped, the number may be another group's.
        if self.status.is_none()
            && let Err(error) = kill_process_group(self.leader, signal)
        {
            tracing::warn!(group = %self.leader, %error, "the group could not be signalled");
        }
    }

    /// Reaps the leader, if it has exited.
    pub(super) fn reap(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status
    }

    pub(super) fn is_reaped(&self) -> bool {
        self.status.is_some()
    }

    /// Waits until a killed group whose leader was reaped has no member any more, within bounds.
    pub(super) async fn vanished(&self) {
        // There is no event for it. Nearly always the first look suffices.
        let look_again = async {
            while test_kill_process_group(self.leader).is_ok() {
                time::sleep(Duration::from_millis(2)).await;
            }
        };
        if time::timeout(VANISH_LIMIT, look_again).await.is_err() {
            tracing::debug!(group = %self.leader, "members of a killed group linger");
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if self.reap().is_some() {
            return;
        }
        self.signal(Signal::KILL);
        if self.reap().is_none() {
            // The exit is a moment away, which a thread that serves others must not wait for.
            let leader = self.leader;
            let waiting = std::thread::Builder::new()
                .name("reaper".into())
                .spawn(move || {
                    rustix::process::waitpid(Some(leader), rustix::process::WaitOptions::empty())
                });
            if let Err(error) = waiting {
                tracing::warn!(%leader, %error, "a killed command could not be reaped");
            }
        }
    }
}

/// The exit of a group's leader, which stays a zombie until it is reaped.
#[derive(Debug)]
pub(super) struct LeaderExit(AsyncFd<OwnedFd>);

impl LeaderExit {
    /// Resolves when the leader has exited; again and again after that.
    pub(super) async fn wait(&self) {
        if let Err(error) = self.0.readable().await {
            // Only a runtime that shuts down says so, and that drops the waiting task, too.
            tracing::debug!(%error, "the exit of a command cannot be awaited");
        }
    }
}

/// The exit code by the shells' custom: 128 and the signal's number for a command that one ended.
pub(super) fn exit_code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}
