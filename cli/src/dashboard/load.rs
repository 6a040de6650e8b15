//! The live page of a run of load.

use dashboard::{Dashboard, FollowedLoad};
use load::{LiveLoad, LoadInfo};
use runner_core::results::RunProblem;

use super::watch::DashboardWatch;
use crate::{args::LoadArgs, error::CliError, progress::Progress, settings::Settings};

/// The dashboard of the load that this process makes.
pub(crate) struct LoadDashboard {
    dashboard: Dashboard,
    load: FollowedLoad,
    watch: DashboardWatch,
}

impl LoadDashboard {
    /// Starts the dashboard that `args` ask for, if they do, and tells where it is. Where it cannot be, that
    /// is known before anything runs.
    pub(crate) fn start(
        args: &LoadArgs,
        settings: &Settings,
        info: &LoadInfo,
        is_quiet: bool,
        progress: &Progress,
    ) -> Result<Option<Self>, CliError> {
        let Some(listen) = args.dashboard else {
            return Ok(None);
        };
        let config = super::config(listen, &args.dashboard_token, settings)?;
        let load = FollowedLoad::new(info.clone());
        let dashboard = Dashboard::of_load(config, load.clone())?;
        super::tell(&dashboard, is_quiet, args.json)?;
        let watch = DashboardWatch::new(dashboard.pulse(), progress.clone());
        Ok(Some(Self {
            dashboard,
            load,
            watch,
        }))
    }

    /// Shows how it goes by now.
    pub(crate) fn second(&mut self, live: &LiveLoad) {
        self.watch.look();
        self.load.second(live);
    }

    /// Lets those who look see how it ended, for a second at most.
    pub(crate) async fn end(self, problems: &[RunProblem]) {
        self.load.ended(problems);
        self.dashboard.stop().await;
    }
}
