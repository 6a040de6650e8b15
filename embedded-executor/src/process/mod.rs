//! Running commands: from a shell command to batches of output lines and an end.
//!
//! The module owns processes: how they are started ([`spawn`]), confined ([`sandbox`]), read
//! ([`pump`], [`lines`]), ended ([`supervise`], [`group`], [`stragglers`]) and cleaned up after
//! ([`workspace`]). It knows no HTTP: a front takes a [`RunningCommand`] and frames what it gives.

mod group;
mod lines;
mod pump;
mod sandbox;
mod spawn;
mod stragglers;
mod supervise;
mod workspace;

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

pub use self::sandbox::Sandbox;
pub(crate) use self::{
    lines::{Batch, OutputLine},
    supervise::{End, Problem},
};
use self::{
    sandbox::SandboxRules,
    spawn::{Shell, SpawnError, Spawned},
    workspace::{Workspace, Workspaces},
};
use crate::{ExecutorConfig, StartError};

/// Batches that wait for a client, beside the one that is being filled. Two let reading and sending
/// overlap; more would only be memory.
const WAITING_BATCHES: usize = 2;

/// Starts commands, as many at once as the configuration allows. Clones share the limit.
#[derive(Debug, Clone)]
pub(crate) struct Launcher {
    shell: Arc<Shell>,
    workspaces: Arc<Workspaces>,
    slots: Arc<Semaphore>,
    max_commands: u32,
    kill_grace: Duration,
    stopping: Arc<watch::Sender<bool>>,
}

/// A command to be run.
#[derive(Debug)]
pub(crate) struct Command {
    /// What the shell is to run, without NUL characters.
    pub(crate) text: String,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// The client's name for it, for the log.
    pub(crate) execution_id: String,
}

/// As many commands run as may run at once.
#[derive(Debug)]
pub(crate) struct Busy;

impl Launcher {
    pub(crate) fn new(config: &ExecutorConfig) -> Result<Self, StartError> {
        group::probe().map_err(|source| StartError::NoPidfd { source })?;
        let environment = config.environment.clone().scrubbed(&config.scrub_env);
        let sandbox = SandboxRules::prepare(&config.sandbox, &environment)?;
        let workspaces = Workspaces::create_in(&config.temp_folder).map_err(|source| {
            StartError::TempFolder {
                parent: config.temp_folder.clone(),
                source,
            }
        })?;
        // More than a semaphore can count is as good as no limit.
        let max_commands = u32::try_from(config.max_commands.get()).unwrap_or(u32::MAX);
        let max_commands =
            max_commands.min(u32::try_from(Semaphore::MAX_PERMITS).unwrap_or(u32::MAX));
        Ok(Self {
            shell: Arc::new(Shell {
                program: config.shell.clone(),
                environment,
                sandbox,
            }),
            workspaces: Arc::new(workspaces),
            slots: Arc::new(Semaphore::new(max_commands as usize)),
            max_commands,
            kill_grace: config.kill_grace,
            stopping: Arc::new(watch::Sender::new(false)),
        })
    }

    pub(crate) fn sandbox(&self) -> Sandbox {
        self.shell.sandbox.in_force()
    }

    /// How many commands run, their cleaning up included.
    pub(crate) fn active(&self) -> usize {
        self.max_commands() - self.slots.available_permits()
    }

    pub(crate) fn max_commands(&self) -> usize {
        self.max_commands as usize
    }

    /// Starts a command on a task of its own.
    ///
    /// Whether it could be started shows in its [`End`], so that a caller need not wait for that.
    pub(crate) fn start(&self, command: Command) -> Result<RunningCommand, Busy> {
        let slot = Arc::clone(&self.slots)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let (updates, received) = mpsc::channel(WAITING_BATCHES);
        let (wish, wishes) = watch::channel(Wish::Run);
        let channels = Channels { updates, wishes };
        tokio::spawn(run(self.clone(), command, channels, slot));
        Ok(RunningCommand {
            updates: received,
            wish,
        })
    }

    /// Lets commands run to their end for `grace`, then kills what is left; returns when there is no
    /// command any more, and never will be.
    pub(crate) async fn stop(&self, grace: Duration) {
        // Once all slots are free they are taken for good, so that none can start any more.
        let all_ended = async || {
            if let Ok(slots) = self.slots.acquire_many(self.max_commands).await {
                slots.forget();
            }
        };
        if tokio::time::timeout(grace, all_ended()).await.is_err() {
            self.kill_all();
            // Each command's end has its own bounds, of which this is a generous sum.
            let limit = self.kill_grace + supervise::CLEANUP_LIMIT;
            if tokio::time::timeout(limit, all_ended()).await.is_err() {
                tracing::error!(commands = self.active(), "commands could not be ended");
            }
        }
        let workspaces = Arc::clone(&self.workspaces);
        let sweep = move || {
            let killed = stragglers::kill_by_temp_folder(workspaces.root());
            workspaces.remove();
            killed
        };
        if let Ok(killed @ 1..) = tokio::task::spawn_blocking(sweep).await {
            tracing::warn!(killed, "processes that had left their group were killed");
        }
    }

    /// Ends every command, without waiting for that.
    pub(crate) fn kill_all(&self) {
        self.stopping.send_replace(true);
    }
}

/// What a command says while it runs. Dropping it ends the command.
#[derive(Debug)]
pub(crate) struct RunningCommand {
    updates: mpsc::Receiver<Update>,
    wish: watch::Sender<Wish>,
}

/// What a command's client wants it to do. Only the latest wish counts, and a cancellation is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Run,
    Pause,
    Cancel,
}

/// The far ends of what a [`RunningCommand`] holds.
#[derive(Debug)]
struct Channels {
    updates: mpsc::Sender<Update>,
    wishes: watch::Receiver<Wish>,
}

/// One thing that a command says.
#[derive(Debug)]
pub(crate) enum Update {
    /// The command runs, in the process group with this number. It comes first, unless the command
    /// could not be started.
    Started(i32),
    /// Some lines of output.
    Output(Batch),
    /// The end, after which nothing comes.
    Ended(End),
}

impl RunningCommand {
    /// The next update. `None` comes after the end, and without an end only if the command had to be
    /// abandoned because nobody took its output.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Update>> {
        self.updates.poll_recv(cx)
    }

    /// Stops every process of the command until it is resumed. Its time runs on, and what it has
    /// printed already still comes.
    pub(crate) fn pause(&self) {
        self.wish(Wish::Pause);
    }

    /// Lets a paused command go on.
    pub(crate) fn resume(&self) {
        self.wish(Wish::Run);
    }

    /// Ends the command as a timeout would. Its end still comes, once nothing of it is left.
    pub(crate) fn cancel(&self) {
        self.wish(Wish::Cancel);
    }

    fn wish(&self, wish: Wish) {
        self.wish.send_if_modified(|current| {
            let is_new = *current != wish && *current != Wish::Cancel;
            if is_new {
                *current = wish;
            }
            is_new
        });
    }
}

async fn run(launcher: Launcher, command: Command, channels: Channels, slot: OwnedSemaphorePermit) {
    let Command {
        text,
        timeout,
        execution_id,
    } = command;
    let started = Instant::now();
    let mut supervision = supervise::Supervision {
        timeout,
        kill_grace: launcher.kill_grace,
        stopping: launcher.stopping.subscribe(),
        wishes: channels.wishes,
        updates: channels.updates,
    };
    let (end, remains) = match start(&launcher, text).await {
        Ok((spawned, workspace)) => {
            let group = spawned.group.id().as_raw_pid();
            tracing::debug!(execution_id, group, "command started");
            supervision.send_started(group).await;
            supervision.run_to_end(spawned, workspace).await
        }
        Err(error) => (End::not_started(error), None),
    };
    let elapsed = started.elapsed();
    tracing::debug!(execution_id, exit_code = end.exit_code, ?elapsed, problem = ?end.problem, "command ended");
    // Free before the client hears of the end: its next command must not find the place taken.
    drop(slot);
    supervision.send_end(end).await;
    // Nobody waits for this command any more.
    let workspaces = Arc::clone(&launcher.workspaces);
    tokio::task::spawn_blocking(move || {
        drop(remains);
        workspaces.prepare();
    });
}

async fn start(launcher: &Launcher, command: String) -> Result<(Spawned, Workspace), SpawnError> {
    let workspace = launcher.workspaces.take().map_err(SpawnError::Workspace)?;
    let shell = Arc::clone(&launcher.shell);
    let spawned = spawn::spawn(shell, workspace.folders.clone(), command).await?;
    Ok((spawned, workspace))
}
