//! What a soak can be asked for by a signal while it goes on.

use run_ledger::{RunReader, RunSelector};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Soaker;
use crate::{error::CliError, ledger, report::Document, service::Service};

/// Signals that ask a soak for something and do not end it.
pub(super) struct Requests {
    /// SIGUSR1: a report.
    pub(super) reports: Signal,
    /// SIGHUP: whether the suite can be used.
    pub(super) checks: Signal,
}

impl Requests {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self, CliError> {
        let listen = |kind| signal(kind).map_err(CliError::Signals);
        Ok(Self {
            reports: listen(SignalKind::user_defined1())?,
            checks: listen(SignalKind::hangup())?,
        })
    }
}

impl Soaker {
    /// Writes a report of what there is by now whenever SIGUSR1 comes.
    pub(super) async fn report_on_request<T>(
        &self,
        mut requests: Signal,
        run: u64,
        stem: &str,
    ) -> T {
        while requests.recv().await.is_some() {
            let path = self.ledger_path.clone();
            let read = move || {
                let reader = RunReader::open(&path)?;
                ledger::recorded_run(&reader, &RunSelector::Id(run))
            };
            // It may take seconds, in which streams go on.
            match tokio::task::spawn_blocking(read).await {
                Ok(Ok(recorded)) => {
                    self.session
                        .write_interim_reports(stem, &Document::recorded(&recorded));
                }
                Ok(Err(error)) => error.show(),
                Err(error) => tracing::error!(%error, "the report on request was lost"),
            }
        }
        std::future::pending().await
    }

    /// Says whether the suite can be used as it is whenever SIGHUP comes. It counts from the next
    /// iteration on, as any change does.
    pub(super) async fn check_on_request<T>(&self, mut requests: Signal, service: &Service) -> T {
        while requests.recv().await.is_some() {
            service.reloading();
            match suite::load(&self.options.suite) {
                Ok(suite) => self.session.progress.say(&format!(
                    "{} is valid, and counts from the next iteration on",
                    suite.path.display()
                )),
                Err(error) => {
                    self.session
                        .progress
                        .warn("the suite cannot be used; it stays as it is:");
                    CliError::from(error).show();
                }
            }
            service.ready("the suite was checked");
        }
        std::future::pending().await
    }
}
