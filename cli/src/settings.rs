//! Settings: built-in defaults, overridden by a file, by the environment, by flags.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::ValueEnum;
use config::{Config, ConfigError, Environment, File, FileFormat, Value, ValueKind};
use serde::{Deserialize, Deserializer, de};

/// What is read when no other file is named.
const DEFAULT_FILE: &str = "configs/gauntlet.toml";

/// The file that ships is the documentation of the defaults and the defaults themselves.
pub(crate) const DEFAULTS: &str = include_str!("../../configs/gauntlet.toml");

/// Everything an operator can tune.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub executor: ExecutorSettings,
    pub embedded: EmbeddedSettings,
    pub reports: ReportSettings,
    pub ledger: LedgerSettings,
    pub soak: SoakSettings,
    pub dashboard: DashboardSettings,
    pub logs: LogSettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExecutorSettings {
    pub url: String,
    pub transport: TransportSetting,
    pub protocol: ProtocolSetting,
    pub cleanup_probe: Switch,
    pub ca_file: Option<PathBuf>,
    pub insecure: bool,
    pub health_path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    #[serde(deserialize_with = "duration")]
    pub connect_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub head_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub health_timeout: Duration,
    #[serde(default, deserialize_with = "optional_duration")]
    pub bytes_idle_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "optional_duration")]
    pub events_idle_timeout: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    pub max_outage: Duration,
    pub max_line_bytes: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbeddedSettings {
    pub sandbox: SandboxSetting,
    pub sandbox_allow: Vec<PathBuf>,
    pub max_commands: std::num::NonZeroUsize,
}

/// How an executor streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lower")]
pub(crate) enum TransportSetting {
    /// One JSON object per line
    Ndjson,
    /// Server-sent events
    Sse,
    /// NDJSON or server-sent events, whichever the executor prefers
    Auto,
    /// JSON-RPC over WebSockets, which ws(s) URLs mean in any case
    WebSocket,
}

impl TransportSetting {
    /// How it is spelled as a setting and as a flag.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Sse => "sse",
            Self::Auto => "auto",
            Self::WebSocket => "websocket",
        }
    }
}

/// Which breaches of the stream protocol fail a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProtocolSetting {
    /// Those that leave the result untrustworthy
    Lenient,
    /// Those that leave it standing as well
    Strict,
}

/// Something that is on, off, or on where it is known to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// On for the embedded executor
    Auto,
    /// Always
    On,
    /// Never
    Off,
}

/// Whether the kernel keeps commands of the embedded executor from writing files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SandboxSetting {
    /// Only to their own temporary folder, where the kernel can enforce that
    Enforce,
    /// Wherever the user may
    Off,
}

/// The settings whose values are nobody's business.
pub(crate) const SECRETS: &str = "executor.headers";

/// Stands among recorded settings where the URL had a user or a password.
pub(crate) const HAD_CREDENTIALS: &str = "executor.url had credentials";

/// A value that is used and never shown.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportSettings {
    pub folder: PathBuf,
    pub keep_output_bytes: usize,
    pub bundles: bool,
    pub keep_stream_bytes: usize,
    pub max_bundles: std::num::NonZeroUsize,
    pub max_bundle_bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerSettings {
    path: PathBuf,
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
}

impl LedgerSettings {
    /// Where the ledger is; `None` if none is to be kept.
    pub(crate) fn path(&self) -> Option<&Path> {
        (self.path.as_os_str() != "none").then_some(&*self.path)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SoakSettings {
    #[serde(deserialize_with = "duration")]
    pub grace: Duration,
    #[serde(deserialize_with = "duration")]
    pub max_outage: Duration,
    #[serde(deserialize_with = "positive_duration")]
    pub health_interval: Duration,
    #[serde(deserialize_with = "duration")]
    pub stuck_after: Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DashboardSettings {
    pub max_clients: std::num::NonZeroUsize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSettings {
    pub folder: PathBuf,
    pub format: LogFormat,
    pub level: LogLevel,
    pub max_files: std::num::NonZeroUsize,
    pub max_total_bytes: std::num::NonZeroU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    // A bare number arrives as text, because the layers carry values without types.
    let text = String::deserialize(deserializer)?;
    suite::duration::parse(&text)
        .map_err(|error| de::Error::custom(format!("{text:?} is no duration: {error}")))
}

fn positive_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let duration = duration(deserializer)?;
    if duration.is_zero() {
        return Err(de::Error::custom("it has to be longer than nothing"));
    }
    Ok(duration)
}

fn optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    BuiltIn,
    File(PathBuf),
    Environment,
    /// A run in a ledger, which is resumed.
    Recorded,
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Recorded => f.write_str("the run in the ledger"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum SettingsError {
    /// The file that was named is not there.
    #[error("there is no settings file {}", .path.display())]
    Missing { path: PathBuf },
    /// A layer cannot be read.
    #[error("the settings from {origin} cannot be read")]
    Layer {
        origin: Origin,
        source: Box<ConfigError>,
    },
    /// Headers that are no table of texts. What they are instead is not told: it may be a secret.
    #[error("`executor.headers` is no table of names and texts (from {origin})")]
    #[diagnostic(help(
        "write `headers = {{ X-Api-Key = \"…\" }}` below [executor], or set GAUNTLET__EXECUTOR__HEADERS__X_API_KEY"
    ))]
    Headers { origin: Origin },
    /// The layers together are not valid.
    #[error("the settings are not valid")]
    #[diagnostic(help(
        "`configs/gauntlet.toml` in the repository shows every key with its default; `gauntlet settings` shows what came from where"
    ))]
    Invalid { source: Box<ConfigError> },
}

/// The layers of settings, lowest first.
pub(crate) struct Layers(Vec<(Origin, BTreeMap<String, Value>)>);

impl Layers {
    /// Reads all layers. `file` is the one the user named; `flags` are dotted keys with their values.
    pub(crate) fn read(
        file: Option<&Path>,
        flags: Vec<(&str, String)>,
    ) -> Result<Self, SettingsError> {
        let mut layers = vec![layer(
            Origin::BuiltIn,
            File::from_str(DEFAULTS, FileFormat::Toml),
        )?];
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        if path.is_file() {
            let origin = Origin::File(path.to_owned());
            layers.push(layer(origin, File::from(path).format(FileFormat::Toml))?);
        } else if file.is_some() {
            return Err(SettingsError::Missing {
                path: path.to_owned(),
            });
        }
        // The prefix's separator keeps the variables of flags (GAUNTLET_URL) out.
        let environment = Environment::with_prefix("GAUNTLET")
            .prefix_separator("__")
            .separator("__");
        layers.push(layer(Origin::Environment, environment)?);
        let flags = flags
            .into_iter()
            .map(|(key, value)| (key.to_owned(), Value::from(value)));
        layers.push((Origin::Flag, flags.collect()));
        Ok(Self(layers))
    }

    /// Puts the settings of a run that is resumed below the flags, and above everything else.
    pub(crate) fn resume(&mut self, recorded: BTreeMap<String, String>) {
        let values = recorded
            .into_iter()
            .map(|(key, value)| (key, Value::from(value)));
        let below_flags = self.0.len() - 1;
        self.0
            .insert(below_flags, (Origin::Recorded, values.collect()));
    }

    /// What a ledger holds of the settings, to resume with: without secrets, and without the ledger's own
    /// path, which is known by then.
    pub(crate) fn to_record(&self) -> BTreeMap<String, String> {
        let url = self.effective().remove("executor.url");
        let url = url.map(|(_, url)| as_text(&url)).unwrap_or_default();
        let had_credentials =
            (bare_url(&url) != url).then(|| (HAD_CREDENTIALS.to_owned(), String::new()));
        let effective = self.effective().into_iter();
        effective
            .filter(|(key, _)| !key.starts_with(SECRETS) && key != "ledger.path")
            .map(|(key, (_, value))| {
                let text = match key.as_str() {
                    "executor.url" => bare_url(&as_text(&value)),
                    _ => as_text(&value),
                };
                (key, text)
            })
            .chain(had_credentials)
            .collect()
    }

    /// Puts the layers on top of each other.
    pub(crate) fn merge(&self) -> Result<Settings, SettingsError> {
        let mut builder = Config::builder();
        for (key, (origin, value)) in self.effective() {
            let is_text = matches!(value.kind, ValueKind::String(_));
            if key == SECRETS || (key.starts_with(SECRETS) && !is_text) {
                return Err(SettingsError::Headers { origin });
            }
            let value = split_list(&key, value);
            let set = builder.set_override(&key, value);
            builder = set.map_err(|source| SettingsError::Invalid {
                source: source.into(),
            })?;
        }
        let merged = builder.build().and_then(Config::try_deserialize);
        merged.map_err(|source| SettingsError::Invalid {
            source: source.into(),
        })
    }

    /// Every key with its value and where that came from.
    pub(crate) fn effective(&self) -> BTreeMap<String, (Origin, Value)> {
        let mut effective = BTreeMap::new();
        for (origin, values) in &self.0 {
            for (key, value) in values {
                effective.insert(key.clone(), (origin.clone(), value.clone()));
            }
        }
        effective
    }
}

fn layer(
    origin: Origin,
    source: impl config::Source + Send + Sync + 'static,
) -> Result<(Origin, BTreeMap<String, Value>), SettingsError> {
    let mut values = BTreeMap::new();
    match source.collect() {
        Ok(table) => {
            for (key, value) in table {
                flatten(key, value, &mut values);
            }
            Ok((origin, values))
        }
        Err(source) => Err(SettingsError::Layer {
            origin,
            source: source.into(),
        }),
    }
}

/// Turns tables into dotted keys, so that layers can be compared key by key.
fn flatten(key: String, value: Value, values: &mut BTreeMap<String, Value>) {
    match value.kind {
        ValueKind::Table(table) => {
            for (name, value) in table {
                flatten(format!("{key}.{name}"), value, values);
            }
        }
        _ => {
            values.insert(key, value);
        }
    }
}

/// A URL without user and password, so that it names the same place and tells no secret.
pub(crate) fn bare_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// A value as it is written in a variable: a list has colons, as in PATH.
pub(crate) fn as_text(value: &Value) -> String {
    match &value.kind {
        ValueKind::Array(values) => {
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            values.join(":")
        }
        _ => value.to_string(),
    }
}

/// A list that comes from a variable or a flag is one text with colons.
fn split_list(key: &str, value: Value) -> Value {
    match &value.kind {
        ValueKind::String(text) if key == "embedded.sandbox_allow" => {
            let parts = text.split(':').filter(|part| !part.is_empty());
            Value::from(parts.map(str::to_owned).collect::<Vec<_>>())
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_holds_every_default() {
        let layers = Layers::read(None, Vec::new()).expect("readable");
        let settings = layers.merge().expect("valid");
        assert_eq!(settings.executor.connect_timeout, Duration::from_secs(5));
        assert_eq!(settings.executor.max_line_bytes, 16 * 1024 * 1024);
        assert_eq!(settings.logs.max_total_bytes.get(), 256 * 1024 * 1024);
    }

    #[test]
    fn a_flag_beats_what_lies_below_and_is_named_as_the_origin() {
        let flags = vec![("executor.url", "http://localhost:1".into())];
        let layers = Layers::read(None, flags).expect("readable");
        assert_eq!(
            layers.merge().expect("valid").executor.url,
            "http://localhost:1"
        );
        assert_eq!(layers.effective()["executor.url"].0, Origin::Flag);
    }

    #[test]
    fn a_resumed_run_keeps_its_settings_but_for_flags_and_secrets() {
        let flags = vec![
            ("executor.url", "http://me:secret@localhost:1".into()),
            ("executor.headers.x_key", "secret".into()),
            ("embedded.sandbox_allow", "/a:/b".into()),
            ("executor.head_timeout", "7s".into()),
        ];
        let recorded = Layers::read(None, flags).expect("readable").to_record();
        assert!(!recorded.values().any(|value| value.contains("secret")));
        assert_eq!(recorded["executor.url"], "http://localhost:1");
        let flags = vec![("executor.connect_timeout", "9s".into())];
        let mut layers = Layers::read(None, flags).expect("readable");
        let mut recorded = recorded;
        assert!(recorded.remove(HAD_CREDENTIALS).is_some());
        layers.resume(recorded);
        let settings = layers.merge().expect("valid");
        assert_eq!(settings.executor.head_timeout, Duration::from_secs(7));
        assert_eq!(settings.executor.connect_timeout, Duration::from_secs(9));
        assert_eq!(settings.embedded.sandbox_allow.len(), 2);
        assert_eq!(
            layers.effective()["executor.head_timeout"].0,
            Origin::Recorded
        );
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_refused_by_name() {
        for (key, value) in [
            ("executor.ulr", "x"),
            ("executor.head_timeout", "soon"),
            ("embedded.sandbox", "perhaps"),
            ("soak.health_interval", "0"),
            ("dashboard.max_clients", "0"),
            ("logs.max_files", "0"),
            ("logs.max_total_bytes", "0"),
            ("logs.max_total_bytes", "much"),
        ] {
            let layers = Layers::read(None, vec![(key, value.into())]).expect("readable");
            let error = executor_protocol::error_chain(&layers.merge().expect_err(key));
            let name = key.split('.').next_back().unwrap_or_default();
            assert!(error.contains(name), "{key}: {error}");
        }
    }
}
