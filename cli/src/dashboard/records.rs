//! `gauntlet dashboard`: the pages of a ledger, until somebody ends them.

use actix::System;
use dashboard::{Content, Dashboard};
use run_ledger::RunReader;

use super::ledger_source::LedgerSource;
use crate::{
    args::{CommonArgs, DashboardArgs},
    error::CliError,
    exit::Exit,
    flags,
    interrupt::{self, HangUp},
    progress::{Detail, Progress},
    session,
    settings::Layers,
};

/// Shows what a ledger holds, until a signal comes.
pub(crate) fn dashboard(common: &CommonArgs, args: &DashboardArgs) -> Result<Exit, CliError> {
    let flags = flags::ledger(&args.ledger);
    let settings = Layers::read(common.settings.as_deref(), flags)?.merge()?;
    let path = settings.ledger.path().ok_or(CliError::NoLedger)?;
    // A ledger that is none is told here and not on a page.
    RunReader::open(path)?;
    let config = super::config(args.listen, &args.token, &settings)?;
    let progress = Progress::new(match common.quiet {
        true => Detail::Quiet,
        false => Detail::Normal,
    });
    let _logging = session::start_logging(&settings, common, &progress);
    let content = Content {
        source: Some(Box::new(LedgerSource::new(path))),
        metrics: None,
    };
    let dashboard = Dashboard::of_records(config, content)?;
    // The first line is for scripts, too: with port 0 nothing else tells where to go.
    progress.say(&format!("dashboard: {}", dashboard.url()));
    System::new().block_on(interrupt::until_forced(
        HangUp::Ends,
        |mut interrupt| async move {
            let signal = interrupt.received().await;
            dashboard.stop().await;
            Ok(Exit::Interrupted(signal))
        },
    ))
}
