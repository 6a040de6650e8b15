//! The live page of a run of load.

use std::sync::Arc;

use dashboard::{Dashboard, FollowedLoad, Metrics};
use load::{LoadInfo, LoadPlan, LoadResults, Watched};
use run_metrics::LoadMetrics;

use super::watch::DashboardWatch;
use crate::{args::LoadArgs, error::CliError, progress::Progress, settings::Settings};

/// The dashboard of the load that this process makes.
pub(crate) struct LoadDashboard {
    dashboard: Dashboard,
    load: FollowedLoad,
    metrics: LoadMetrics,
    watch: DashboardWatch,
}

impl LoadDashboard {
    /// Starts the dashboard that `args` ask for, if they do, and tells where it is. Where it cannot be, that
    /// is known before anything runs.
    pub(crate) fn start(
        args: &LoadArgs,
        settings: &Settings,
        info: &LoadInfo,
        plan: &LoadPlan,
        is_quiet: bool,
        progress: &Progress,
    ) -> Result<Option<Self>, CliError> {
        let Some(listen) = args.dashboard else {
            return Ok(None);
        };
        let config = super::config(listen, &args.dashboard_token, settings)?;
        let load = FollowedLoad::new(info.clone());
        let metrics = LoadMetrics::new(info, plan.cases.iter().map(|case| &*case.id));
        let counted = metrics.clone();
        let text: Metrics = Arc::new(move || counted.text());
        let dashboard = Dashboard::of_load(config, load.clone(), text)?;
        super::tell(&dashboard, is_quiet, args.json)?;
        let watch = DashboardWatch::new(dashboard.pulse(), progress.clone());
        Ok(Some(Self {
            dashboard,
            load,
            metrics,
            watch,
        }))
    }

    /// Shows how it goes by now.
    pub(crate) fn second(&mut self, watched: &Watched<'_>) {
        self.watch.look();
        self.load.second(watched.live);
        self.metrics.second(watched.live, watched.measured);
    }

    /// Lets those who look see how it ended, for a second at most.
    pub(crate) async fn end(self, results: &LoadResults) {
        self.metrics.ended(results);
        self.load.ended(&results.problems);
        self.dashboard.stop().await;
    }
}
