//! `gauntlet settings`: what is in force, and where it came from.

use crate::{args::CommonArgs, error::CliError, exit::Exit, settings::Layers};

/// Prints every setting with its value and its origin, and fails if they are not valid.
pub(crate) fn show(common: &CommonArgs) -> Result<Exit, CliError> {
    let layers = Layers::read(common.settings.as_deref(), Vec::new())?;
    let rows: Vec<_> = layers
        .effective()
        .into_iter()
        .map(|(key, (origin, value))| (key, value.to_string(), origin.to_string()))
        .collect();
    let width =
        |column: fn(&(String, String, String)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let (keys, values) = (width(|row| row.0.len()), width(|row| row.1.len()));
    for (key, value, origin) in &rows {
        println!("{key:keys$}  {value:values$}  {origin}");
    }
    layers.merge()?;
    Ok(Exit::Success)
}
