//! What the collector is told and asked besides results.

use std::sync::Arc;

use actix::prelude::*;
use suite::Case;

use super::{Kept, ReportCollector};
use crate::{
    gates::RunGates,
    journal::{JournalEvent, SuiteVersion},
    results::Place,
};

/// Notes that an attempt is to begin. It must not if the answer says that nothing can be kept any more.
#[derive(Debug, Message)]
#[rtype(result = "Kept")]
pub struct NoteAttemptStart {
    /// Where in the run.
    pub place: Place,
    /// The case.
    pub case: Arc<Case>,
}

impl Handler<NoteAttemptStart> for ReportCollector {
    type Result = Kept;

    fn handle(&mut self, message: NoteAttemptStart, ctx: &mut Context<Self>) -> Kept {
        let NoteAttemptStart { place, case } = message;
        self.note(JournalEvent::AttemptStarted { place, case }, ctx);
        self.kept()
    }
}

/// Asks whether what happens can still be kept.
#[derive(Debug, Message)]
#[rtype(result = "Kept")]
pub struct CheckLedger;

impl Handler<CheckLedger> for ReportCollector {
    type Result = Kept;

    fn handle(&mut self, _: CheckLedger, _: &mut Context<Self>) -> Kept {
        self.kept()
    }
}

/// Notes how the executor is; only a change is kept and announced.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NoteHealth {
    /// Why the executor is not healthy; `None` if it is.
    pub trouble: Option<String>,
}

impl Handler<NoteHealth> for ReportCollector {
    type Result = ();

    fn handle(&mut self, message: NoteHealth, ctx: &mut Context<Self>) {
        self.note_health(message.trouble, ctx);
    }
}

/// Notes that the suite is another one from here on.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NoteSuite {
    /// What it was read from.
    pub version: SuiteVersion,
    /// Its gates, by which the run is judged in the end.
    pub gates: RunGates,
}

impl Handler<NoteSuite> for ReportCollector {
    type Result = ();

    fn handle(&mut self, message: NoteSuite, ctx: &mut Context<Self>) {
        self.change_suite(message, ctx);
    }
}

/// Notes that the suite's file cannot be used any more, so that the suite stays as it was.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NoteRejectedSuite {
    /// Why, in words.
    pub reason: String,
}

impl Handler<NoteRejectedSuite> for ReportCollector {
    type Result = ();

    fn handle(&mut self, message: NoteRejectedSuite, ctx: &mut Context<Self>) {
        let NoteRejectedSuite { reason } = message;
        self.note(JournalEvent::SuiteRejected { reason }, ctx);
    }
}
