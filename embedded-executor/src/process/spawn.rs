//! Starting a command.
//!
//! Each start happens on a thread of its own. The sandbox is a property of the thread that starts a
//! command, and this way the standard library can use `posix_spawn`, which does not copy the page
//! tables of a large process as `fork` with a hook before `exec` would. It also keeps the wait for
//! `exec` and the making of folders away from the threads that serve clients.

use std::{
    io,
    os::{fd::OwnedFd, unix::process::CommandExt as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use tokio::sync::oneshot;

use super::{group::ProcessGroup, sandbox::SandboxRules, workspace::Folders};
use crate::Environment;

/// What starting threads need; `posix_spawn` brings its child's stack itself.
const THREAD_STACK_BYTES: usize = 256 * 1024;

/// What is the same for every command.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) program: PathBuf,
    pub(super) environment: Environment,
    pub(super) sandbox: SandboxRules,
}

/// A command that runs, and the ends of its pipes.
#[derive(Debug)]
pub(super) struct Spawned {
    pub(super) group: ProcessGroup,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

/// Why a command could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpawnError {
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    #[error("cannot make the command's folders")]
    Workspace(#[source] io::Error),
    #[error("cannot put the command into the sandbox")]
    Sandbox(#[source] io::Error),
    #[error("cannot start the shell {program}")]
    Shell { program: PathBuf, source: io::Error },
    #[error("cannot watch the command")]
    Watch(#[source] io::Error),
}

/// Starts `command`. If the future is dropped meanwhile, the command is ended again.
///
/// The folders are the caller's to make and to remove: the starting thread, confined as it is, could
/// not remove them.
pub(super) async fn spawn(
    shell: Arc<Shell>,
    folders: Folders,
    command: String,
) -> Result<Spawned, SpawnError> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("command-start".into())
        .stack_size(THREAD_STACK_BYTES)
        .spawn(move || {
            // What nobody waits for any more is dropped here, and so ended.
            let _ = sender.send(spawn_here(&shell, &folders, &command));
        })
        .map_err(SpawnError::Thread)?;
    let lost = |_| SpawnError::Thread(io::Error::other("the starting thread was lost"));
    receiver.await.map_err(lost)?
}

fn spawn_here(shell: &Shell, folders: &Folders, command: &str) -> Result<Spawned, SpawnError> {
    shell.sandbox.apply(folders).map_err(SpawnError::Sandbox)?;
    let mut child = Command::new(&shell.program)
        .arg("-c")
        .arg(command)
        .env_clear()
        .envs(shell.environment.iter())
        .env("TMPDIR", &folders.temp)
        .current_dir(&folders.work)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|source| SpawnError::Shell {
            program: shell.program.clone(),
            source,
        })?;
    let pipes = child.stdout.take().zip(child.stderr.take());
    let group = ProcessGroup::new(child).map_err(SpawnError::Watch)?;
    let (stdout, stderr) = pipes.ok_or_else(|| SpawnError::Watch(io::Error::other("no pipes")))?;
    Ok(Spawned {
        group,
        stdout: stdout.into(),
        stderr: stderr.into(),
    })
}
