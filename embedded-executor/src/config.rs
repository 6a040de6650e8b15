//! What an operator can set, with its defaults.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use crate::{Fault, Token};

/// How the executor listens, what it lets through and what its commands get.
///
/// ```
/// use embedded_executor::ExecutorConfig;
///
/// let config = ExecutorConfig { listen: "127.0.0.1:8000".parse().unwrap(), ..Default::default() };
/// assert!(!config.allow_remote);
/// ```
#[derive(Debug, Clone)]
pub struct ExecutorConfig {
    /// Where to listen; port 0 takes any free one. Default: `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Whether `listen` may be reachable from other machines, which also needs a token. Default: no.
    pub allow_remote: bool,
    /// What clients have to send as `Authorization: Bearer …` on every route but `/healthz`.
    /// Default: none.
    pub token: Option<Token>,
    /// Threads that answer requests. Default: 1, enough for hundreds of commands a second.
    pub workers: NonZeroUsize,
    /// Commands that may run at once; more are answered with 429. Default: 16.
    pub max_commands: NonZeroUsize,
    /// The longest command in bytes. Default: 131,071, the longest argument Linux passes to a program;
    /// a longer limit only moves the refusal to the start of the command.
    pub max_command_bytes: usize,
    /// WebSockets that may be open at once; more are told so and closed. Default: 100.
    pub max_sessions: NonZeroUsize,
    /// How often the client of a WebSocket is asked whether it still lives. One that has not answered
    /// for twice as long is closed, and its command ended. Default: 30 s.
    pub ping_interval: Duration,
    /// How long an answer of server-sent events is silent before it gives a sign of life; `None` for
    /// never. Default: 15 s.
    pub sse_heartbeat: Option<Duration>,
    /// The same for NDJSON, whose clients have to expect such events. Default: never.
    pub ndjson_heartbeat: Option<Duration>,
    /// How long a command may run that does not say it itself. Default: 120 s.
    pub default_timeout: Duration,
    /// How long any command may run; longer wishes are cut to this. Default: 1 hour.
    pub max_timeout: Duration,
    /// How long a command has to end after SIGTERM before it gets SIGKILL. Default: 2 s.
    pub kill_grace: Duration,
    /// The shell, called with `-c` and the command. Default: `/bin/sh`.
    pub shell: PathBuf,
    /// The environment of the commands, before scrubbing. Default: that of this process.
    pub environment: Environment,
    /// Names of variables that commands must not see, besides everything that begins with
    /// `GAUNTLET_`. Default: none, because agents need their API keys.
    pub scrub_env: Vec<String>,
    /// Where the commands' folders are made. Default: `TMPDIR` or `/tmp`.
    pub temp_folder: PathBuf,
    /// What commands may write to.
    pub sandbox: SandboxConfig,
    /// What the executor does wrong on purpose, to try clients out. Default: nothing.
    pub faults: Vec<Fault>,
}

impl Default for ExecutorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            token: None,
            workers: NonZeroUsize::MIN,
            max_commands: NonZeroUsize::MIN.saturating_add(15),
            max_command_bytes: 128 * 1024 - 1,
            max_sessions: NonZeroUsize::MIN.saturating_add(99),
            ping_interval: Duration::from_secs(30),
            sse_heartbeat: Some(Duration::from_secs(15)),
            ndjson_heartbeat: None,
            default_timeout: Duration::from_secs(120),
            max_timeout: Duration::from_secs(60 * 60),
            kill_grace: Duration::from_secs(2),
            shell: PathBuf::from("/bin/sh"),
            environment: Environment::inherited(),
            scrub_env: Vec::new(),
            temp_folder: std::env::temp_dir(),
            sandbox: SandboxConfig::default(),
            faults: Vec::new(),
        }
    }
}

/// What commands may write to.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Whether the kernel holds commands to it. Default: [`SandboxMode::Enforce`].
    pub mode: SandboxMode,
    /// Files and folders that commands may write to, besides their own folders. What does not exist
    /// when a command starts is passed over. Default: none.
    pub allow: Vec<PathBuf>,
    /// Whether coding agents may keep their state where they always do. Default: yes.
    ///
    /// For the Claude CLI that is `$CLAUDE_CONFIG_DIR`, or else `~/.claude`, if it exists, with the
    /// `HOME` of [`ExecutorConfig::environment`]: sessions are kept and an expired login is renewed.
    /// `~/.claude.json` beside it can be read only. The CLI replaces it through a lock and a
    /// temporary file in the home folder; where those are refused it rewrites the file in place, and
    /// commands that run at once would spoil it for each other and for the user. It runs without
    /// saving it, and without the folder as well.
    pub agent_state: bool,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            mode: SandboxMode::Enforce,
            allow: Vec::new(),
            agent_state: true,
        }
    }
}

/// Whether the kernel holds commands to [`SandboxConfig`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SandboxMode {
    /// As far as the kernel can; [`RunningExecutor::sandbox`](crate::RunningExecutor::sandbox) says
    /// how far that is.
    Enforce,
    /// Not at all.
    Off,
}

/// The environment variables of commands.
///
/// Its values hold secrets more often than not: `Debug` shows none.
#[derive(Clone)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn inherited() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of the variable `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }

    /// The variables and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Without what the commands must not see.
    pub(crate) fn scrubbed(mut self, names: &[String]) -> Self {
        self.0.retain(|(key, _)| {
            !key.as_encoded_bytes().starts_with(b"GAUNTLET_")
                && !names.iter().any(|name| key == &**name)
        });
        self
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} variables]", self.0.len())
    }
}
