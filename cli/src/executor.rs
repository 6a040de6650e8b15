//! The executor that a run goes to: one that is reached by its URL, or one inside this program.

use std::{path::Path, rc::Rc, sync::Arc, time::Duration};

use embedded_executor::{
    ExecutorConfig, RunningExecutor, Sandbox, SandboxConfig, SandboxMode, Token,
};
use executor_protocol::Transport;
use load::generator::OpenTransport;
use transport_http::{Access, Dialect, EndpointError, HttpTransport, Recorder, WebSocketTransport};

use crate::{
    error::CliError,
    settings::{
        EmbeddedSettings, ExecutorSettings, SandboxSetting, Settings, Switch, TransportSetting,
    },
};

/// The setting that asks for an executor inside this program.
const EMBEDDED: &str = "embedded";

/// How long commands of the embedded executor may take to end when the program does.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// An executor to run suites on.
pub(crate) struct Executor {
    pub transport: Rc<dyn Transport>,
    /// Where it is.
    url: String,
    embedded: Option<RunningExecutor>,
}

impl Executor {
    /// Starts the embedded executor, or sets up the transport to the one at the URL of the settings.
    ///
    /// What it executes is recorded by the `recorder`, if there is one.
    pub(crate) async fn open(
        settings: &Settings,
        token: Option<&Token>,
        recorder: Option<Rc<dyn Recorder>>,
    ) -> Result<Self, CliError> {
        let url = &settings.executor.url;
        if url == EMBEDDED {
            let executor = embedded_executor::start(config(&settings.embedded)).await?;
            let url = match settings.executor.transport {
                TransportSetting::WebSocket => format!("ws://{}/ws/mcp", executor.local_addr()),
                _ => executor.url(),
            };
            let transport = transport(&url, &settings.executor, None, recorder)?;
            return Ok(Self {
                transport,
                url,
                embedded: Some(executor),
            });
        }
        Ok(Self {
            transport: transport(url, &settings.executor, token, recorder)?,
            url: url.clone(),
            embedded: None,
        })
    }

    /// Opens further ways to it, in other threads.
    pub(crate) fn opener(&self, settings: Arc<Settings>, token: Option<Token>) -> OpenTransport {
        let url = self.url.clone();
        // Its own token is no secret to the executor inside this program, and no other is sent there.
        let token = token.filter(|_| self.embedded.is_none());
        Arc::new(move || Ok(transport(&url, &settings.executor, token.as_ref(), None)?))
    }

    /// An executor that is a transport and nothing else.
    pub(crate) fn of(transport: impl Transport + 'static) -> Self {
        Self {
            transport: Rc::new(transport),
            url: String::new(),
            embedded: None,
        }
    }

    /// The executor's address for people.
    pub(crate) fn address(&self) -> String {
        let endpoint = self.transport.endpoint();
        match self.embedded {
            Some(_) => format!("{endpoint} (embedded)"),
            None => endpoint.to_owned(),
        }
    }

    /// Facts about the executor that a report should hold, as name and value.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let sandbox = self
            .embedded
            .as_ref()
            .map(|it| ("Sandbox".into(), it.sandbox().to_string()));
        sandbox.into_iter().collect()
    }

    /// Whether it runs in this process.
    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Whether leftovers of attempts are looked for: by default where it is known that commands run in
    /// a shell on Linux.
    pub(crate) fn is_probed(&self, switch: Switch) -> bool {
        match switch {
            Switch::Auto => self.embedded.is_some(),
            Switch::On => true,
            Switch::Off => false,
        }
    }

    /// What the user should know before commands run.
    pub(crate) fn warning(&self) -> Option<String> {
        self.embedded.as_ref().and_then(sandbox_warning)
    }

    /// Ends the embedded executor with all its commands.
    pub(crate) async fn close(self) {
        if let Some(executor) = self.embedded {
            executor.stop(STOP_GRACE).await;
        }
    }
}

/// What the user should know about the sandbox before commands run: that there is none.
pub(crate) fn sandbox_warning(executor: &RunningExecutor) -> Option<String> {
    (executor.sandbox() == Sandbox::Unavailable).then(|| format!("sandbox {}", executor.sandbox()))
}

/// The configuration of the embedded executor.
pub(crate) fn config(settings: &EmbeddedSettings) -> ExecutorConfig {
    ExecutorConfig {
        max_commands: settings.max_commands,
        // The suite says how long its cases may take.
        max_timeout: suite::duration::MAX,
        sandbox: SandboxConfig {
            mode: match settings.sandbox {
                SandboxSetting::Enforce => SandboxMode::Enforce,
                SandboxSetting::Off => SandboxMode::Off,
            },
            allow: settings.sandbox_allow.clone(),
            ..SandboxConfig::default()
        },
        ..ExecutorConfig::default()
    }
}

fn transport(
    url: &str,
    settings: &ExecutorSettings,
    token: Option<&Token>,
    recorder: Option<Rc<dyn Recorder>>,
) -> Result<Rc<dyn Transport>, CliError> {
    let dialect = match settings.transport {
        _ if url.starts_with("ws:") || url.starts_with("wss:") => None,
        TransportSetting::WebSocket => None,
        TransportSetting::Ndjson => Some(Dialect::Ndjson),
        TransportSetting::Sse => Some(Dialect::Sse),
        TransportSetting::Auto => Some(Dialect::Auto),
    };
    let build = move || {
        let access = access(url, settings, token)?;
        let transport: Rc<dyn Transport> = match dialect {
            Some(dialect) => {
                let mut builder = HttpTransport::builder_with(access)
                    .dialect(dialect)
                    .health_path(&settings.health_path)
                    .max_line_bytes(settings.max_line_bytes);
                if let Some(recorder) = recorder {
                    builder = builder.record_to(recorder);
                }
                Rc::new(builder.build()?)
            }
            None => {
                let mut builder = WebSocketTransport::builder_with(access)
                    .health_path(&settings.health_path)
                    .max_line_bytes(settings.max_line_bytes);
                if let Some(recorder) = recorder {
                    builder = builder.record_to(recorder);
                }
                Rc::new(builder.build()?)
            }
        };
        Ok(transport)
    };
    build().map_err(|source| CliError::Endpoint {
        url: without_credentials(url),
        source,
    })
}

/// Where the executor is, and how to be let in.
fn access(
    url: &str,
    settings: &ExecutorSettings,
    token: Option<&Token>,
) -> Result<Access, EndpointError> {
    let mut access = Access::new(url)?;
    if let Some(token) = token {
        access = access.bearer_token(token.expose());
    }
    for (name, value) in &settings.headers {
        // Variables cannot have hyphens in their names, and headers have no underscores by custom.
        access = access.header(name.replace('_', "-"), &value.0);
    }
    if let Some(path) = &settings.ca_file {
        access = access.ca_file(path);
    }
    Ok(if settings.insecure {
        access.insecure()
    } else {
        access
    })
}

/// A URL that nobody has parsed yet, as far as it is safe to show.
pub(crate) fn without_credentials(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

/// Where the token for an executor, or of one, is taken from, if no file is named.
pub(crate) const TOKEN_VARIABLE: &str = "GAUNTLET_TOKEN";

/// A bearer token from a file or from this variable; never from the command line, where every user of the
/// machine could read it.
pub(crate) fn token(file: Option<&Path>, variable: &str) -> Result<Option<Token>, CliError> {
    if let Some(path) = file {
        return Ok(Some(Token::from_file(path)?));
    }
    match std::env::var(variable) {
        Ok(token) if !token.is_empty() => Ok(Some(Token::new(token)?)),
        _ => Ok(None),
    }
}
