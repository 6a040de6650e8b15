//! `gauntlet serve`: the embedded executor on its own.

use std::{path::Path, time::Duration};

use actix::prelude::*;
use embedded_executor::ExecutorConfig;
use replay_executor::ReplayConfig;

use crate::{
    args::{CommonArgs, ServeArgs},
    cassettes,
    error::CliError,
    executor,
    exit::Exit,
    flags,
    interrupt::{self, HangUp, Interrupt},
    progress::{Detail, Progress},
    session,
    settings::{Layers, Settings},
};

/// How long commands may go on when the program was asked to end; then they are ended.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// Serves until a signal comes, and a little longer for commands that run.
pub(crate) fn serve(common: &CommonArgs, args: &ServeArgs) -> Result<Exit, CliError> {
    let flags = flags::sandbox(&args.sandbox);
    let settings = Layers::read(common.settings.as_deref(), flags)?.merge()?;
    let progress = Progress::new(if common.quiet {
        Detail::Quiet
    } else {
        Detail::Normal
    });
    let _logging = session::start_logging(&settings, common, &progress);
    if let Some(folder) = &args.replay {
        let config = replay_config(args, folder, &progress)?;
        return System::new().block_on(interrupt::until_forced(HangUp::Ends, |interrupt| {
            listen_with_cassettes(config, progress, interrupt)
        }));
    }
    let config = config(args, &settings)?;
    System::new().block_on(interrupt::until_forced(HangUp::Ends, |interrupt| {
        listen(config, progress, interrupt)
    }))
}

fn config(args: &ServeArgs, settings: &Settings) -> Result<ExecutorConfig, CliError> {
    let defaults = executor::config(&settings.embedded);
    Ok(ExecutorConfig {
        listen: args.listen,
        allow_remote: args.allow_remote,
        token: executor::token(args.token_file.as_deref(), executor::TOKEN_VARIABLE)?,
        max_commands: args.max_commands.unwrap_or(defaults.max_commands),
        default_timeout: args.default_timeout,
        faults: args.fault.clone(),
        ..defaults
    })
}

fn replay_config(
    args: &ServeArgs,
    folder: &Path,
    progress: &Progress,
) -> Result<ReplayConfig, CliError> {
    let mut cassettes = cassettes::load(&[folder.to_owned()])?;
    // Clients are told that there is none, which is better than half of one.
    cassettes.retain(|member| match member.1.check_playable() {
        Ok(()) => true,
        Err(why) => {
            progress.warn(&format!("{} is left out: {why}", member.0.display()));
            false
        }
    });
    Ok(ReplayConfig {
        listen: args.listen,
        allow_remote: args.allow_remote,
        token: executor::token(args.token_file.as_deref(), executor::TOKEN_VARIABLE)?,
        cassettes: cassettes
            .into_iter()
            .map(|(_, cassette)| cassette)
            .collect(),
        speed: args.replay_speed.unwrap_or_default(),
        // What the runner puts before a command to find its leftovers is another one each time.
        essence: runner_core::cleanup::unmarked,
    })
}

/// Serves cassettes until a signal comes. Nothing runs that would have to be waited for.
async fn listen_with_cassettes(
    config: ReplayConfig,
    progress: Progress,
    mut interrupt: Interrupt,
) -> Result<Exit, CliError> {
    let count = config.cassettes.len();
    let cassettes = if count == 1 { "cassette" } else { "cassettes" };
    let server = replay_executor::start(config).await?;
    progress.say(&format!(
        "listening on {} ({count} {cassettes})",
        server.url()
    ));
    let signal = interrupt.received().await;
    Ok(Exit::Interrupted(signal))
}

async fn listen(
    config: ExecutorConfig,
    progress: Progress,
    mut interrupt: Interrupt,
) -> Result<Exit, CliError> {
    let executor = embedded_executor::start(config).await?;
    if let Some(warning) = executor::sandbox_warning(&executor) {
        progress.warn(&warning);
    }
    // The first line is for scripts, too: with port 0 nothing else tells where to go.
    progress.say(&format!(
        "listening on {} (sandbox: {})",
        executor.url(),
        executor.sandbox()
    ));
    let signal = interrupt.received().await;
    progress.say(&format!(
        "stopping: commands have {}s to end (again to end at once)",
        STOP_GRACE.as_secs()
    ));
    executor.stop(STOP_GRACE).await;
    Ok(Exit::Interrupted(signal))
}
