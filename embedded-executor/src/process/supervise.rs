//! The life of one command after its start: who ends it, and how it is made sure that nothing is left.

use std::{path::PathBuf, process::ExitStatus, time::Duration};

use executor_protocol::error_chain;
use rustix::process::Signal;
use tokio::{
    sync::{mpsc, watch},
    time,
};

use super::{
    Update, Wish,
    group::{self, LeaderExit, ProcessGroup},
    pump::Pump,
    spawn::{SpawnError, Spawned},
    stragglers,
    workspace::Workspace,
};

/// How long background processes may hold the output open after the command itself has ended: enough
/// for a pipeline's last stage to say what it has to say.
const DRAIN_LIMIT: Duration = Duration::from_millis(250);

/// How long the kernel may take to end a killed command. Only one that hangs in the kernel takes
/// longer than moments; it is reaped later, without anybody waiting.
const REAP_LIMIT: Duration = Duration::from_secs(5);

/// How long the removal of a command's folders is waited for. It goes on after that.
const REMOVE_LIMIT: Duration = Duration::from_secs(10);

/// How long a client may take over the last output of a command that has ended.
const DELIVERY_LIMIT: Duration = Duration::from_secs(30);

/// The same while the executor stops.
const DELIVERY_LIMIT_AT_STOP: Duration = Duration::from_secs(1);

/// More than a command's end can take after the grace, when the executor stops.
pub(super) const CLEANUP_LIMIT: Duration = Duration::from_secs(20);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) exit_code: i32,
    /// What went wrong beyond the command itself.
    pub(crate) problem: Option<Problem>,
}

/// Why a command's exit code is not its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("timed out after {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error("the executor is stopping")]
    Stopping,
    #[error("the client went away")]
    ClientGone,
    #[error("canceled")]
    Canceled,
    #[error("{}", error_chain(.0))]
    NotStarted(SpawnError),
    #[error("the command was killed but does not end")]
    Unkillable,
}

impl End {
    pub(super) fn not_started(error: SpawnError) -> Self {
        // The shells' custom: 127 for what is not there, 126 for what is but cannot be run.
        let missing = matches!(
            &error,
            SpawnError::Shell { source, .. } if source.kind() == std::io::ErrorKind::NotFound
        );
        Self {
            exit_code: if missing { 127 } else { 126 },
            problem: Some(Problem::NotStarted(error)),
        }
    }

    fn of(cause: Cause, status: Option<ExitStatus>, timeout: Duration) -> Self {
        let (exit_code, problem) = match (cause, status) {
            (Cause::Exited, Some(status)) => (group::exit_code(status), None),
            (Cause::Exited, None) => (128 + Signal::KILL.as_raw(), Some(Problem::Unkillable)),
            // As `timeout(1)` does it.
            (Cause::TimedOut, _) => (124, Some(Problem::TimedOut(timeout))),
            (Cause::Stopping, _) => (128 + Signal::TERM.as_raw(), Some(Problem::Stopping)),
            (Cause::ClientGone, _) => (128 + Signal::TERM.as_raw(), Some(Problem::ClientGone)),
            (Cause::Canceled, _) => (128 + Signal::TERM.as_raw(), Some(Problem::Canceled)),
        };
        Self { exit_code, problem }
    }
}

/// What made a command end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Exited,
    TimedOut,
    Stopping,
    ClientGone,
    Canceled,
}

/// What bounds one command.
#[derive(Debug)]
pub(super) struct Supervision {
    pub(super) timeout: Duration,
    pub(super) kill_grace: Duration,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) wishes: watch::Receiver<Wish>,
    pub(super) updates: mpsc::Sender<Update>,
}

impl Supervision {
    /// Follows a command until it, its group and its folders are gone. All output was handed over by
    /// then; the end was not. What is returned beside it is to be dropped when nobody waits.
    pub(super) async fn run_to_end(
        &mut self,
        spawned: Spawned,
        workspace: Workspace,
    ) -> (End, Option<Workspace>) {
        let Spawned {
            mut group,
            stdout,
            stderr,
        } = spawned;
        let watching = group
            .watch()
            .and_then(|exit| Ok((exit, Pump::new(stdout, stderr, self.updates.clone())?)));
        let (exit, mut pump) = match watching {
            Ok(watching) => watching,
            Err(error) => return (End::not_started(SpawnError::Watch(error)), Some(workspace)),
        };
        let cause = self.wait_for_cause(&group, &exit, &mut pump).await;
        self.wind_down(cause, &group, &exit, &mut pump).await;

        // From here on nothing of the group runs, whatever it thinks of signals.
        group.signal(Signal::KILL);
        let _ = time::timeout(REAP_LIMIT, exit.wait()).await;
        let status = group.reap();
        group.vanished().await;
        self.deliver(pump.drain()).await;
        if cause != Cause::Exited || !pump.is_closed() {
            kill_stragglers(workspace.folders.temp.clone()).await;
        }
        let remains = clean_up(group, workspace).await;
        (End::of(cause, status, self.timeout), remains)
    }

    /// Tells the client that the command runs. There is room for that: it is the first thing said.
    pub(super) async fn send_started(&mut self, group: i32) {
        let _ = self.updates.send(Update::Started(group)).await;
    }

    /// Hands the end over, if the client takes it.
    pub(super) async fn send_end(&mut self, end: End) {
        let updates = self.updates.clone();
        self.deliver(async { drop(updates.send(Update::Ended(end)).await) })
            .await;
    }

    /// Passes output on until something ends the command.
    async fn wait_for_cause(
        &mut self,
        group: &ProcessGroup,
        exit: &LeaderExit,
        pump: &mut Pump,
    ) -> Cause {
        let output = async {
            pump.run().await;
            // Closed pipes are no exit: the command may have closed them itself.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            () = exit.wait() => Cause::Exited,
            () = stop_requested(&mut self.stopping) => Cause::Stopping,
            () = self.updates.closed() => Cause::ClientGone,
            () = cancellation(&mut self.wishes, group) => Cause::Canceled,
            () = time::sleep(self.timeout) => Cause::TimedOut,
            () = output => Cause::Exited,
        }
    }

    /// Gives the group the time it has before it is killed.
    async fn wind_down(
        &self,
        cause: Cause,
        group: &ProcessGroup,
        exit: &LeaderExit,
        pump: &mut Pump,
    ) {
        let limit = if cause == Cause::Exited {
            DRAIN_LIMIT
        } else {
            group.signal(Signal::TERM);
            // A stopped process hears nothing else, whoever stopped it.
            group.signal(Signal::CONT);
            self.kill_grace
        };
        let ended = async { tokio::join!(exit.wait(), pump.run()) };
        // Passing the limit is what the kill is for.
        let _ = time::timeout(limit, ended).await;
    }

    /// Hands something over to the client, within bounds.
    async fn deliver(&mut self, delivery: impl Future<Output = ()>) {
        let stopping = async {
            stop_requested(&mut self.stopping).await;
            time::sleep(DELIVERY_LIMIT_AT_STOP).await;
        };
        tokio::select! {
            biased;
            () = delivery => {}
            () = stopping => tracing::warn!("a client did not take the end of its output in time"),
            () = time::sleep(DELIVERY_LIMIT) => {
                tracing::warn!("a client did not take the end of its output");
            }
        }
    }
}

async fn stop_requested(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|&stopping| stopping).await.is_err() {
        // The executor itself is gone without a word. Then the runtime goes, too.
        std::future::pending::<()>().await;
    }
}

/// Pauses and resumes the group as the client wishes, until it wants it ended.
async fn cancellation(wishes: &mut watch::Receiver<Wish>, group: &ProcessGroup) {
    while wishes.changed().await.is_ok() {
        match *wishes.borrow_and_update() {
            Wish::Run => group.signal(Signal::CONT),
            Wish::Pause => group.signal(Signal::STOP),
            Wish::Cancel => return,
        }
    }
    // The client is gone, which shows elsewhere.
    std::future::pending::<()>().await;
}

async fn kill_stragglers(temp_folder: PathBuf) {
    let sweep = move || stragglers::kill_by_temp_folder(&temp_folder);
    if let Ok(killed @ 1..) = tokio::task::spawn_blocking(sweep).await {
        tracing::debug!(killed, "processes that had left their group were killed");
    }
}

/// Removes the folders and returns what is left of them. Nearly always they are empty, which costs less
/// than another thread would; else it blocks, because a command may have left any number of files.
async fn clean_up(group: ProcessGroup, workspace: Workspace) -> Option<Workspace> {
    if group.is_reaped() && workspace.remove_if_empty() {
        return Some(workspace);
    }
    let removal = tokio::task::spawn_blocking(move || {
        drop(group);
        drop(workspace);
    });
    if time::timeout(REMOVE_LIMIT, removal).await.is_err() {
        tracing::warn!("the removal of a command's folders takes long");
    }
    None
}
