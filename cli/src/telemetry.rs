//! Pushes what a run measures to a collector of OpenTelemetry, where one was named (`--otlp`).
//!
//! Nothing here changes how a run goes or ends: what could not be pushed is a warning at its end. Built
//! without the feature `otlp`, there is nothing to name and nothing to do.

#[cfg(feature = "otlp")]
pub(crate) use pushed::{Telemetry, TelemetryTarget};
#[cfg(not(feature = "otlp"))]
pub(crate) use unpushed::{Telemetry, TelemetryTarget};

#[cfg(feature = "otlp")]
mod pushed {
    use std::{env, time::SystemTime};

    use run_metrics::{
        RunMetrics,
        otlp::{self, OtlpPush, OtlpTarget, Pace},
    };
    use runner_core::{events::RunObserver, plan::RunPlan};

    use crate::{args::RunningArgs, error::CliError, progress::Progress, session::Session};

    /// Headers for the collector, by the name that all exporters know: `a=1,b=2`.
    const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

    /// Where telemetry goes, if anywhere.
    pub(crate) struct TelemetryTarget(Option<OtlpTarget>);

    impl TelemetryTarget {
        /// What `args` and the environment name. An empty URL names nothing.
        pub(crate) fn of(args: &RunningArgs) -> Result<Self, CliError> {
            let url = args.otlp.as_deref().filter(|url| !url.is_empty());
            let headers = env::var(HEADERS).unwrap_or_default();
            let target = url.map(|url| OtlpTarget::new(url, &headers));
            Ok(Self(target.transpose()?))
        }
    }

    /// The telemetry of one run.
    pub(crate) struct Telemetry(Option<OtlpPush>);

    impl Telemetry {
        /// Begins to push what `observers` are told from now on about the run of `plan`.
        pub(crate) fn start(
            session: &Session,
            plan: &RunPlan,
            observers: &mut Vec<Box<dyn RunObserver>>,
        ) -> Result<Self, CliError> {
            let Some(target) = session.telemetry.0.clone() else {
                return Ok(Self(None));
            };
            let metrics = RunMetrics::new();
            let telemetry = otlp::Telemetry {
                run: plan.run.marker.clone(),
                version: env!("CARGO_PKG_VERSION").into(),
                // Attempts are counted from there by the clock that measures.
                began: SystemTime::now() - plan.started.elapsed(),
                metrics: metrics.clone(),
            };
            let push = OtlpPush::start(target, telemetry, Pace::default());
            let push = push.map_err(CliError::Thread)?;
            observers.push(Box::new(metrics));
            observers.push(Box::new(push.observer()));
            Ok(Self(Some(push)))
        }

        /// Pushes what is left, for as long as that may take, and tells what was lost.
        pub(crate) async fn finish(self, progress: &Progress) {
            let Some(push) = self.0 else {
                return;
            };
            let losses = push.finish().await;
            if !losses.is_empty() {
                progress.warn(&format!(
                    "the collector of telemetry did not get everything; lost: {losses}"
                ));
            }
        }
    }
}

#[cfg(not(feature = "otlp"))]
mod unpushed {
    use runner_core::{events::RunObserver, plan::RunPlan};

    use crate::{args::RunningArgs, error::CliError, progress::Progress, session::Session};

    /// Telemetry goes nowhere.
    pub(crate) struct TelemetryTarget;

    impl TelemetryTarget {
        pub(crate) fn of(_: &RunningArgs) -> Result<Self, CliError> {
            Ok(Self)
        }
    }

    /// There is none.
    pub(crate) struct Telemetry;

    impl Telemetry {
        pub(crate) fn start(
            session: &Session,
            _: &RunPlan,
            _: &mut Vec<Box<dyn RunObserver>>,
        ) -> Result<Self, CliError> {
            let TelemetryTarget = session.telemetry;
            Ok(Self)
        }

        pub(crate) async fn finish(self, _: &Progress) {}
    }
}
