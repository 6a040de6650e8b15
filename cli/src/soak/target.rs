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
    let path = ledger.path();
    if let Some(resume) = &args.resume {
        let run = match resume {
            ResumeTarget::Run(run) => run.clone(),
            ResumeTarget::Latest => {
                let latest = ledger.find_resumable(None)?;
                let id = latest.ok_or_else(|| CliError::NothingToResume { path: path.into() })?;
                RunSelector::Id(id)
            }
        };
        return Ok(Target::Resumed(run));
    }
    // Without --resume there is a suite: the command line insists on it.
    let suite = args.suite.clone().unwrap_or_default();
    if args.continue_latest {
        let latest = ledger.find_resumable(Some(&suite.display().to_string()))?;
        if let Some(id) = latest {
            return Ok(Target::Resumed(RunSelector::Id(id)));
        }
    }
    Ok(Target::New { suite })
}
