//! `gauntlet settings`: what is in force, and where it came from.

use config::Value;

use crate::{
    args::{CommonArgs, ExecutorArgs},
    error::CliError,
    executor::without_credentials,
    exit::Exit,
    flags,
    settings::{Layers, SECRETS, as_text},
    streams::print,
};

/// Prints every setting with its value and its origin, and fails if they are not valid.
pub(crate) fn show(common: &CommonArgs, args: &ExecutorArgs) -> Result<Exit, CliError> {
    let layers = Layers::read(common.settings.as_deref(), flags::executor(args))?;
    let rows: Vec<_> = layers
        .effective()
        .into_iter()
        .map(|(key, (origin, value))| {
            let shown = shown(&key, &value);
            (key, shown, origin.to_string())
        })
        .collect();
    let width =
        |column: fn(&(String, String, String)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let (keys, values) = (width(|row| row.0.len()), width(|row| row.1.len()));
    for (key, value, origin) in &rows {
        print(format_args!("{key:keys$}  {value:values$}  {origin}"))?;
    }
    layers.merge()?;
    Ok(Exit::Success)
}

/// A value for people.
fn shown(key: &str, value: &Value) -> String {
    match key {
        _ if key.starts_with(SECRETS) => "[redacted]".into(),
        "executor.url" => without_credentials(&value.to_string()),
        _ => as_text(value),
    }
}
