//! What can be typed about the executor, and about which cases it is given.

use std::path::PathBuf;

use clap::{Args, builder::BoolishValueParser as Boolish};

use crate::settings::{ProtocolSetting, SandboxSetting, Switch, TransportSetting};

/// Who may look at a live page.
#[derive(Debug, Clone, Args)]
pub(crate) struct DashboardTokenArgs {
    /// File with the token that the live page asks for (or set GAUNTLET_DASHBOARD_TOKEN); needed where other
    /// machines can reach it
    #[arg(long, value_name = "FILE", env = "GAUNTLET_DASHBOARD_TOKEN_FILE")]
    pub dashboard_token_file: Option<PathBuf>,
}

/// Which executor runs the commands, and how it is spoken to.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExecutorArgs {
    /// The executor: http(s)://HOST:PORT, ws(s)://HOST:PORT/PATH, or "embedded" for one inside this
    /// program
    #[arg(long, env = "GAUNTLET_URL", hide_env_values = true)]
    pub url: Option<String>,
    /// How the executor streams
    #[arg(long, value_enum, value_name = "FORM", env = "GAUNTLET_TRANSPORT")]
    pub transport: Option<TransportSetting>,
    /// Which breaches of the stream protocol fail a case
    #[arg(long, value_enum, value_name = "HOW", env = "GAUNTLET_PROTOCOL")]
    pub protocol: Option<ProtocolSetting>,
    /// Look for processes that attempts which ended early have left behind
    #[arg(long, value_enum, value_name = "WHEN", env = "GAUNTLET_CLEANUP_PROBE")]
    pub cleanup_probe: Option<Switch>,
    /// File with certificates (PEM) of authorities to trust besides the machine's
    #[arg(long, value_name = "FILE", env = "GAUNTLET_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Accept any certificate: whoever sits between can read and change everything
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_INSECURE")]
    pub insecure: bool,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}

/// Which cases run. Several values of one option mean any of them, several options mean all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct SelectionArgs {
    /// Run only the case with this id; repeatable, or with commas
    #[arg(long, value_name = "ID", env = "GAUNTLET_ONLY")]
    pub only: Vec<String>,
    /// Run only cases of this category; repeatable, or with commas
    #[arg(long, value_name = "NAME", env = "GAUNTLET_CATEGORY")]
    pub category: Vec<String>,
    /// Run only cases with this tag; repeatable, or with commas
    #[arg(long, value_name = "TAG", env = "GAUNTLET_TAG")]
    pub tag: Vec<String>,
    /// Leave out the case with this id; repeatable, or with commas
    #[arg(long, value_name = "ID", env = "GAUNTLET_EXCLUDE")]
    pub exclude: Vec<String>,
}

/// What commands of the embedded executor may write to.
#[derive(Debug, Clone, Args)]
pub(crate) struct SandboxArgs {
    /// Whether the kernel keeps commands of the embedded executor from writing files
    #[arg(long, value_enum, value_name = "MODE", env = "GAUNTLET_SANDBOX")]
    pub sandbox: Option<SandboxSetting>,
    /// A file or folder that commands may write to all the same; repeatable
    #[arg(
        long,
        value_name = "PATH",
        env = "GAUNTLET_SANDBOX_ALLOW",
        value_delimiter = ':'
    )]
    pub sandbox_allow: Vec<PathBuf>,
}
