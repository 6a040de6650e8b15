//! What can be typed after `gauntlet serve`, and after `gauntlet replay`.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use clap::{Args, builder::BoolishValueParser as Boolish};

use super::{SandboxArgs, address, duration};
use crate::settings::ProtocolSetting;

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Cassettes, or folders that hold some
    #[arg(value_name = "CASSETTE", required = true)]
    pub cassettes: Vec<PathBuf>,
    /// Suite file whose expectations count [default: the one that was recorded]
    #[arg(long, value_name = "SUITE", env = "GAUNTLET_SUITE")]
    pub suite: Option<PathBuf>,
    /// The case whose expectations count [default: the one that was recorded, or the one with the command]
    #[arg(long, value_name = "ID", env = "GAUNTLET_ONLY")]
    pub only: Option<String>,
    /// Which breaches of the stream protocol fail a case
    #[arg(long, value_enum, value_name = "HOW", env = "GAUNTLET_PROTOCOL")]
    pub protocol: Option<ProtocolSetting>,
    /// Write one JSON record per event to standard output
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_JSON")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(
        long,
        value_name = "ADDRESS",
        value_parser = address,
        default_value = "127.0.0.1:8000",
        env = "GAUNTLET_LISTEN"
    )]
    pub listen: SocketAddr,
    /// Listen on an address that other machines can reach; needs a token
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_ALLOW_REMOTE")]
    pub allow_remote: bool,
    /// File with the bearer token that clients have to send (or set GAUNTLET_TOKEN)
    #[arg(long, value_name = "FILE", env = "GAUNTLET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Commands that may run at once
    #[arg(long, value_name = "N", env = "GAUNTLET_MAX_COMMANDS")]
    pub max_commands: Option<NonZeroUsize>,
    /// How long a command may run that does not say it itself
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "120s", env = "GAUNTLET_DEFAULT_TIMEOUT")]
    pub default_timeout: Duration,
    /// What to do wrong on purpose, to try clients out; repeatable. Such as reset:p=0.1,seed=7 or
    /// status=503:retry-after=2,count=1 (see docs/faults.md)
    #[arg(
        long,
        value_name = "SPEC",
        env = "GAUNTLET_FAULT",
        value_delimiter = ';'
    )]
    pub fault: Vec<embedded_executor::Fault>,
    /// Run nothing, and answer from the cassettes in this folder
    #[arg(long, value_name = "DIR", env = "GAUNTLET_REPLAY", conflicts_with_all = ["fault", "max_commands"])]
    pub replay: Option<PathBuf>,
    /// How many times as fast as they were recorded, or "max" [default: 1]
    #[arg(
        long,
        value_name = "N",
        env = "GAUNTLET_REPLAY_SPEED",
        requires = "replay"
    )]
    pub replay_speed: Option<replay_executor::Speed>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}
