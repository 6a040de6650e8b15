//! Whether a soak begins, or goes on, and which.

use std::path::PathBuf;

use run_ledger::{Ledger, RunSelector};

use crate::{
    args::{ResumeTarget, SoakArgs},
    error::CliError,
};

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
pub(super) fn target(args: &SoakArgs, ledger: &Ledger) -> Result<Target, CliError> {
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
        let latest = soaks.iter().find(|soak| soak.is_of(&suite));
        // One that a process is at is refused later, by name: two of a suite at once are no wish.
        if let Some(soak) = latest.filter(|soak| !soak.is_complete) {
            return Ok(Target::Resumed(RunSelector::Id(soak.id)));
        }
    }
    Ok(Target::New { suite })
}
