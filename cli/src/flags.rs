//! Flags that are settings: each overrides the key of the same meaning.

use std::time::Duration;

use clap::ValueEnum;

use crate::args::{
    ExecutorArgs, LedgerArgs, LoadArgs, ReplayArgs, RunningArgs, SandboxArgs, SoakArgs,
};

/// A dotted key with its value.
pub(crate) type Flag = (&'static str, String);

/// The settings that `args` give.
pub(crate) fn executor(args: &ExecutorArgs) -> Vec<Flag> {
    let text = |key, value: &Option<String>| value.clone().map(|value| (key, value));
    let ca_file = args
        .ca_file
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    let mut flags: Vec<Flag> = [
        text("executor.url", &args.url),
        chosen("executor.transport", args.transport),
        chosen("executor.protocol", args.protocol),
        chosen("executor.cleanup_probe", args.cleanup_probe),
        text("executor.ca_file", &ca_file),
        args.insecure
            .then(|| ("executor.insecure", "true".to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect();
    flags.extend(sandbox(&args.sandbox));
    flags
}

/// The settings of a replay.
pub(crate) fn replay(args: &ReplayArgs) -> Vec<Flag> {
    chosen("executor.protocol", args.protocol)
        .into_iter()
        .collect()
}

/// The settings of everything that runs cases.
pub(crate) fn running(args: &RunningArgs) -> Vec<Flag> {
    let mut flags = executor(&args.executor);
    flags.extend(ledger(&args.ledger));
    flags
}

/// The settings of a run of load.
pub(crate) fn load(args: &LoadArgs) -> Vec<Flag> {
    let mut flags = executor(&args.executor);
    flags.extend(ledger(&args.ledger));
    flags
}

/// The settings of a soak.
pub(crate) fn soak(args: &SoakArgs) -> Vec<Flag> {
    let mut flags = running(&args.running);
    let durations = [
        ("soak.grace", args.grace),
        ("soak.max_outage", args.max_outage),
        ("ledger.retention", args.retention),
    ];
    let text = |(key, duration): (_, Option<Duration>)| Some((key, written(duration?)));
    flags.extend(durations.into_iter().filter_map(text));
    flags
}

/// Where the ledger is.
pub(crate) fn ledger(args: &LedgerArgs) -> Vec<Flag> {
    let path = args.ledger.as_ref();
    let path = path.map(|path| ("ledger.path", path.to_string_lossy().into_owned()));
    path.into_iter().collect()
}

/// A duration as it is written in a file: milliseconds are the finest that can be written there.
fn written(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

/// The settings of the sandbox that `args` give.
pub(crate) fn sandbox(args: &SandboxArgs) -> Vec<Flag> {
    let paths: Vec<_> = args
        .sandbox_allow
        .iter()
        .map(|path| path.to_string_lossy())
        .collect();
    let allow = (!paths.is_empty()).then(|| ("embedded.sandbox_allow", paths.join(":")));
    chosen("embedded.sandbox", args.sandbox)
        .into_iter()
        .chain(allow)
        .collect()
}

/// A choice is spelled the same as a flag and in a file.
fn chosen<T: ValueEnum>(key: &'static str, value: Option<T>) -> Option<Flag> {
    let name = value?.to_possible_value()?;
    Some((key, name.get_name().to_owned()))
}
