//! `gauntlet show`: everything about one run.

mod drift;
mod json;
mod lists;
mod load;
mod page;

use run_ledger::RunSelector;

use super::{OpenLedger, Recorded, json::print, recorded};
use crate::{
    args::{CommonArgs, ShowArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Shows a run. How it ended does not decide over the exit code: it was asked for, and is shown.
pub(crate) fn show(common: &CommonArgs, args: &ShowArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output.ledger)?;
    match (recorded(&ledger.reader, &args.run)?, args.output.json) {
        (Recorded::Run(run), true) => print(&json::document(&ledger.path, &run))?,
        (Recorded::Run(run), false) => streams::print(page::page(&run, common.verbose > 0))?,
        (Recorded::Load(results), is_json) => {
            // By its name: meanwhile the latest run may be another one.
            let name = RunSelector::Marker(results.load.run.marker.clone());
            let line = ledger.reader.line(&name)?;
            match is_json {
                true => print(&load::document(&ledger.path, &line, &results)?)?,
                false => streams::print(load::page(&line, &results))?,
            }
        }
    }
    Ok(Exit::Success)
}
