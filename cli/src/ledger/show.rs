//! `gauntlet show`: everything about one run.

mod drift;
mod json;
mod lists;
mod page;

use super::{OpenLedger, json::print, recorded_run};
use crate::{
    args::{CommonArgs, ShowArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Shows a run. How it ended does not decide over the exit code: it was asked for, and is shown.
pub(crate) fn show(common: &CommonArgs, args: &ShowArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output.ledger)?;
    let run = recorded_run(&ledger.reader, &args.run)?;
    if args.output.json {
        print(&json::document(&ledger.path, &run))?;
    } else {
        let is_whole = common.verbose > 0;
        streams::print(page::page(&run, is_whole))?;
    }
    Ok(Exit::Success)
}
