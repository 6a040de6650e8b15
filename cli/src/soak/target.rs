//! Whether a soak begins, or goes on, and which.

use std::path::PathBuf;

use run_ledger::{Ledger, RunSelector, Soak};

use crate::{
    args::{ResumeTarget, SoakArgs},
    error::CliError,
    shard::ShardOf,
};

/// Whether a soak is that of this shard, among the same others, or is none's where none is asked for.
fn is_of_shard(soak: &Soak, asked: Option<&ShardOf>) -> bool {
    match (&soak.shard, asked) {
        (None, None) => true,
        (Some(known), Some(asked)) => known.shard == asked.shard && known.group == asked.group,
        _ => false,
    }
}

/// What is soaked.
pub(super) enum Target {
    /// A suite, from the beginning.
    New {
        /// The suite file.
        suite: PathBuf,
    },
    /// A run in the ledger, from where it ends.
    Resumed(RunSelector),
}

/// What `args` ask for.
pub(super) fn target(
    args: &SoakArgs,
    shard: Option<&ShardOf>,
    ledger: &Ledger,
) -> Result<Target, CliError> {
    match &args.resume {
        Some(ResumeTarget::Run(run)) => return Ok(Target::Resumed(run.clone())),
        Some(ResumeTarget::Latest) => {
            let soaks = ledger.soaks()?;
            let mut resumable = soaks.iter().filter(|it| !it.is_complete && !it.is_running);
            return match resumable.next() {
                Some(soak) => Ok(Target::Resumed(RunSelector::Id(soak.id))),
                None => Err(CliError::NothingToResume {
                    path: ledger.path().to_owned(),
                }),
            };
        }
        None => {}
    }
    // Without --resume there is a suite: the command line insists on it.
    let suite = args.suite.clone().unwrap_or_default();
    if args.continue_latest {
        let soaks = ledger.soaks()?;
        let is_asked = |soak: &&Soak| soak.is_of(&suite) && is_of_shard(soak, shard);
        let latest = soaks.iter().find(is_asked);
        // One that a process is at is refused later, by name: two of a suite at once are no wish.
        if let Some(soak) = latest.filter(|soak| !soak.is_complete) {
            return Ok(Target::Resumed(RunSelector::Id(soak.id)));
        }
    }
    Ok(Target::New { suite })
}
