//! The live page of a run, and `gauntlet dashboard`: what of it is wired here.
//!
//! The module owns how a dashboard is asked for, what feeds it, and where its records are read. It refuses
//! pages and sockets, which the crate `dashboard` owns.

mod ledger_source;
mod load;
mod records;
mod watch;

use std::net::SocketAddr;

use dashboard::{Content, Dashboard, DashboardConfig, Followed, Metrics};
use run_metrics::RunMetrics;
use runner_core::events::RunObserver;

use crate::{
    args::{DashboardTokenArgs, RunningArgs},
    error::CliError,
    executor,
    live::Live,
    progress::Progress,
    settings::Settings,
    streams::{complain, print},
};

use self::{ledger_source::LedgerSource, watch::DashboardWatch};

pub(crate) use load::LoadDashboard;
pub(crate) use records::dashboard as of_records;

/// Where the token of a dashboard is taken from, if no file is named.
const TOKEN_VARIABLE: &str = "GAUNTLET_DASHBOARD_TOKEN";

/// The dashboard of what this process runs.
pub(crate) struct LiveDashboard {
    dashboard: Dashboard,
    metrics: RunMetrics,
}

impl LiveDashboard {
    /// Starts the dashboard that `args` ask for, if they do, and tells where it is. Where it cannot be, that
    /// is known before anything runs.
    pub(crate) fn start(
        args: &RunningArgs,
        settings: &Settings,
        is_quiet: bool,
    ) -> Result<Option<Self>, CliError> {
        let Some(listen) = args.dashboard else {
            return Ok(None);
        };
        let config = config(listen, &args.dashboard_token, settings)?;
        let metrics = RunMetrics::new();
        let counted = metrics.clone();
        let text: Metrics = std::sync::Arc::new(move || counted.text());
        let source = settings.ledger.path().map(LedgerSource::new);
        let content = Content {
            source: source.map(|source| Box::new(source) as _),
            metrics: Some(text),
        };
        let dashboard = Dashboard::start(config, content)?;
        tell(&dashboard, is_quiet, args.json)?;
        Ok(Some(Self { dashboard, metrics }))
    }

    /// Makes the page that of the run that `live` is about, which has the number `id` in the ledger, if it
    /// has one. What follows the run from then on is returned.
    pub(crate) fn follow(
        &self,
        live: &Live,
        id: Option<u64>,
        progress: &Progress,
    ) -> [Box<dyn RunObserver>; 2] {
        self.dashboard.follow(Followed {
            live: live.run.clone(),
            tail: live.output.clone(),
            id,
        });
        let watch = DashboardWatch::new(self.dashboard.pulse(), progress.clone());
        [Box::new(watch), Box::new(self.metrics.clone())]
    }

    /// Lets those who look see how it ended, for a second at most.
    pub(crate) async fn stop(self) {
        self.dashboard.stop().await;
    }
}

/// Tells where the dashboard is, for people and for scripts.
fn tell(dashboard: &Dashboard, is_quiet: bool, as_json: bool) -> Result<(), CliError> {
    let url = dashboard.url();
    if !is_quiet {
        // Also where nothing else is said: with port 0 nothing else tells where to go.
        complain(format_args!("dashboard: {url}"));
    }
    if as_json {
        print(crate::records::dashboard_started(&url))?;
    }
    Ok(())
}

/// What is asked of a dashboard that listens on `listen`.
fn config(
    listen: SocketAddr,
    token: &DashboardTokenArgs,
    settings: &Settings,
) -> Result<DashboardConfig, CliError> {
    let file = token.dashboard_token_file.as_deref();
    Ok(DashboardConfig {
        listen,
        token: executor::token(file, TOKEN_VARIABLE)?,
        max_clients: settings.dashboard.max_clients,
    })
}
