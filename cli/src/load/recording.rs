//! The record of a run of load in the ledger.

use std::time::Duration;

use executor_protocol::Health;
use load::{LoadEnd, LoadInfo, LoadResults, Second, Watched, recording::Recorder};
use run_ledger::{Ledger, NewLoad, NewRun};
use runner_core::{journal::SuiteVersion, recorded::RunKind, results::RunProblem};
use suite::Suite;

use super::Driver;
use crate::{error::CliError, gate, progress::Progress};

/// What keeps a run of load, if a ledger is kept. A load goes on without a ledger that is lost, and is no
/// success then.
pub(super) struct Recording {
    recorder: Option<Recorder>,
    progress: Progress,
    is_told: bool,
}

/// What is known of a run of load besides its results, when it is over.
pub(super) struct Rest {
    /// How long it took, with the warm-up.
    pub(super) elapsed: Duration,
    /// The seconds that nobody was told of while it went on.
    pub(super) seconds: Vec<Second>,
    /// How it ended.
    pub(super) end: LoadEnd,
}

impl Recording {
    /// Begins the run of `info` in the ledger, if one is kept. The ledger may have to call it something else.
    pub(super) fn begin(
        driver: &Driver<'_>,
        ledger: Option<Ledger>,
        suite: &Suite,
        info: &mut LoadInfo,
    ) -> Result<Self, CliError> {
        let begin = |ledger| begin(driver, ledger, suite, info);
        Ok(Self {
            recorder: ledger.map(begin).transpose()?,
            progress: driver.progress.clone(),
            is_told: false,
        })
    }

    /// Notes what the executor said about its health.
    pub(super) fn note_health(&mut self, health: Option<&Health>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note_health(health);
        }
    }

    /// Notes how it goes.
    pub(super) fn note(&mut self, watched: &Watched<'_>) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        recorder.note(watched);
        if let Some(reason) = recorder.trouble() {
            let reason = reason.to_owned();
            self.tell(&reason);
        }
    }

    /// Keeps what the run came to. Where that fails, it is a problem of the run, and the gravest.
    pub(super) async fn finish(mut self, results: &mut LoadResults, rest: Rest) {
        let Some(recorder) = self.recorder.take() else {
            return;
        };
        let Rest {
            elapsed,
            seconds,
            end,
        } = rest;
        if let Err(reason) = recorder.finish(elapsed, results, seconds, end).await {
            self.tell(&reason);
            let lost = RunProblem::LedgerLost { reason };
            results.problems.insert(0, lost);
        }
    }

    /// Says once that the ledger is lost.
    fn tell(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.is_told, true) {
            let words = format!("the ledger could not be written: {reason}");
            self.progress.warn(&words);
        }
    }
}

fn begin(
    driver: &Driver<'_>,
    ledger: Ledger,
    suite: &Suite,
    info: &mut LoadInfo,
) -> Result<Recorder, CliError> {
    let shard = driver.shard.as_ref().map(|of| of.all_of(suite));
    let run = NewRun {
        kind: RunKind::Load,
        info: &info.run,
        suite: &SuiteVersion::of(suite),
        options: &gate::to_json(&driver.args.gate),
        settings: &serde_json::json!(driver.recorded).to_string(),
        shard: shard.as_ref(),
    };
    let load = NewLoad {
        info,
        cases: &suite.cases,
    };
    let journal = ledger.begin_load(&run, &load)?;
    let journal = journal.with_retention(driver.settings.ledger.retention);
    journal.marker().clone_into(&mut info.run.marker);
    Recorder::start(Box::new(journal)).map_err(CliError::Thread)
}
