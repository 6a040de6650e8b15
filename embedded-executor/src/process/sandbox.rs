//! The sandbox: Landlock rules under which a command is started.
//!
//! A Landlock domain belongs to a thread, is inherited by what the thread starts, and can never be
//! widened again. So the rules are applied to a thread that starts one command and ends.

use std::{fmt, io, path::PathBuf};

use landlock::{
    ABI, AccessFs, BitFlags, PathBeneath, PathFd, RestrictionStatus, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, path_beneath_rules,
};

use super::workspace::Folders;
use crate::{Environment, SandboxConfig, SandboxMode, StartError};

/// What is in force. [`Display`](fmt::Display) says it in words for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sandbox {
    /// Commands can write nowhere but where the configuration says.
    Enforced,
    /// As `Enforced`, but the kernel is too old to cover every way of changing a file: before Linux
    /// 6.2 files can be truncated by path, and before 5.19 files cannot be moved between folders.
    EnforcedInPart,
    /// The kernel has no Landlock, or it is switched off: commands can write wherever the user can.
    Unavailable,
    /// The configuration switched it off.
    Off,
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforced => {
                "enforced: commands write only to their own folders and allowed paths"
            }
            Self::EnforcedInPart => {
                "enforced in part: this kernel does not cover truncating files by path"
            }
            Self::Unavailable => {
                "unavailable: this kernel has no Landlock, commands can write wherever the user can"
            }
            Self::Off => "off: commands can write wherever the user can",
        })
    }
}

/// The devices that programs write to as a matter of course. `/dev/shm` is not among them: it is
/// storage that outlives the command.
const DEVICES: [&str; 6] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
];

/// Every right that changes the file system, as of this Landlock version.
///
/// Later versions add rights that change nothing on disk (ioctls of devices, connecting to sockets);
/// commands keep those. Older kernels enforce what they know of this.
const CHANGES: ABI = ABI::V3;

/// The rules that are the same for every command.
#[derive(Debug)]
pub(super) struct SandboxRules {
    in_force: Sandbox,
    /// Opened once: devices are not replaced while the executor runs.
    devices: Vec<PathFd>,
    /// Opened for each command: programs replace files by renaming others over them.
    allow: Vec<PathBuf>,
}

impl SandboxRules {
    /// Prepares the rules and tries them out on a thread of their own.
    pub(super) fn prepare(
        config: &SandboxConfig,
        environment: &Environment,
    ) -> Result<Self, StartError> {
        let mut allow = config.allow.clone();
        if config.agent_state {
            allow.extend(agent_state(environment));
        }
        let devices = DEVICES
            .iter()
            .filter_map(|device| PathFd::new(device).ok())
            .collect();
        let mut rules = Self {
            in_force: Sandbox::Off,
            devices,
            allow,
        };
        if config.mode == SandboxMode::Off {
            return Ok(rules);
        }
        let status = std::thread::scope(|scope| {
            let attempt = std::thread::Builder::new()
                .name("sandbox-probe".into())
                .spawn_scoped(scope, || rules.restrict_this_thread([]))
                .map_err(|source| StartError::Thread { source })?;
            // A panic of the probe cannot be told from a sandbox that does not work.
            let status = attempt
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            status.map_err(|source| StartError::Sandbox { source })
        })?;
        rules.in_force = match status.ruleset {
            RulesetStatus::FullyEnforced => Sandbox::Enforced,
            RulesetStatus::PartiallyEnforced => Sandbox::EnforcedInPart,
            RulesetStatus::NotEnforced => Sandbox::Unavailable,
        };
        Ok(rules)
    }

    pub(super) fn in_force(&self) -> Sandbox {
        self.in_force
    }

    /// Restricts the calling thread, and all it starts from now on, to the folders of one command.
    /// The thread is good for nothing else afterwards.
    pub(super) fn apply(&self, folders: &Folders) -> io::Result<()> {
        match self.in_force {
            Sandbox::Enforced | Sandbox::EnforcedInPart => {
                let folders = [&folders.work, &folders.temp];
                self.restrict_this_thread(folders)
                    .map(drop)
                    .map_err(io::Error::other)
            }
            Sandbox::Unavailable | Sandbox::Off => Ok(()),
        }
    }

    fn restrict_this_thread<'a>(
        &'a self,
        folders: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<RestrictionStatus, RulesetError> {
        let changes: BitFlags<AccessFs> = AccessFs::from_write(CHANGES);
        let to_files = changes & AccessFs::from_file(CHANGES);
        let devices = self
            .devices
            .iter()
            .map(|device| Ok::<_, RulesetError>(PathBeneath::new(device, to_files)));
        let paths = self.allow.iter().chain(folders);
        Ruleset::default()
            .handle_access(changes)?
            .create()?
            .add_rules(devices)?
            .add_rules(path_beneath_rules(paths, changes))?
            .restrict_self()
    }
}

/// Where coding agents keep their state: see [`SandboxConfig::agent_state`].
fn agent_state(environment: &Environment) -> Vec<PathBuf> {
    if let Some(folder) = environment
        .get("CLAUDE_CONFIG_DIR")
        .filter(|folder| !folder.is_empty())
    {
        return vec![folder.into()];
    }
    let home = environment.get("HOME").filter(|home| !home.is_empty());
    home.map(|home| PathBuf::from(home).join(".claude"))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables
            .iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }

    #[test]
    fn agents_keep_their_state_in_the_home_that_commands_see() {
        let in_home = agent_state(&environment(&[("HOME", "/home/u")]));
        assert_eq!(in_home, [PathBuf::from("/home/u/.claude")]);
        let moved = agent_state(&environment(&[
            ("HOME", "/home/u"),
            ("CLAUDE_CONFIG_DIR", "/c"),
        ]));
        assert_eq!(moved, [PathBuf::from("/c")]);
        assert!(agent_state(&environment(&[("HOME", "")])).is_empty());
    }
}
