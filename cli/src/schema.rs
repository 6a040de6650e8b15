//! `gauntlet schema`: what editors need to know about suites and settings.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::{
    args::SchemaSubject,
    error::CliError,
    exit::Exit,
    settings::{DEFAULTS, ProtocolSetting, SandboxSetting, Switch, TransportSetting},
    streams::print,
};

/// Prints the JSON Schema of suites or of settings.
pub(crate) fn schema(subject: SchemaSubject) -> Result<Exit, CliError> {
    let schema = match subject {
        SchemaSubject::Suite => suite::schema(),
        SchemaSubject::Settings => settings(),
    };
    print(format_args!("{schema:#}"))?;
    Ok(Exit::Success)
}

/// The JSON Schema of settings files. What each setting means, and its default, comes from the file that
/// ships: it is the documentation.
fn settings() -> Value {
    let mut sections = Map::new();
    for setting in documented() {
        let Some(mut schema) = kind(&setting.section, &setting.key) else {
            continue;
        };
        schema["description"] = Value::from(setting.description);
        if let Some(default) = setting.default {
            schema["default"] = default;
        }
        let section = sections.entry(setting.section);
        let section = section.or_insert_with(
            || json!({"type": "object", "properties": {}, "additionalProperties": false}),
        );
        section["properties"][setting.key] = schema;
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of gauntlet",
        "description": "Every key is optional.",
        "type": "object",
        "properties": sections,
        "additionalProperties": false,
    })
}

/// A setting as the file that ships shows it.
#[derive(Debug)]
struct Documented {
    section: String,
    key: String,
    description: String,
    /// `None` where it is unset by default: there it stands in a comment.
    default: Option<Value>,
}

/// The settings in the order of the file that ships.
fn documented() -> Vec<Documented> {
    let mut settings = Vec::new();
    let mut section = String::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut is_comment_used = true;
    for line in DEFAULTS.lines() {
        let text = line.strip_prefix("# ").unwrap_or(line);
        let assignment = text.split_once(" = ").filter(|(key, _)| is_key(key));
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, value)) = assignment {
            is_comment_used = true;
            let is_set = text.len() == line.len();
            settings.push(Documented {
                section: section.clone(),
                key: key.to_owned(),
                description: comment.join(" "),
                // Such values are the same in TOML and in JSON.
                default: is_set.then(|| serde_json::from_str(value).unwrap_or_default()),
            });
        } else if text.len() < line.len() {
            if is_comment_used {
                comment.clear();
                is_comment_used = false;
            }
            comment.push(text);
        }
    }
    settings
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// What values a setting takes.
fn kind(section: &str, key: &str) -> Option<Value> {
    let text = json!({"type": "string"});
    let positive = json!({"type": "integer", "minimum": 1});
    Some(match (section, key) {
        ("executor", "transport") => choice::<TransportSetting>(),
        ("executor", "protocol") => choice::<ProtocolSetting>(),
        ("executor", "cleanup_probe") => choice::<Switch>(),
        ("embedded", "sandbox") => choice::<SandboxSetting>(),
        ("logs", "format") => json!({"enum": ["text", "json"]}),
        ("logs", "level") => json!({"enum": ["error", "warn", "info", "debug", "trace"]}),
        ("executor", "insecure") | ("reports", "bundles") => json!({"type": "boolean"}),
        ("executor", "headers") => json!({"type": "object", "additionalProperties": text}),
        ("embedded", "sandbox_allow") => json!({"type": "array", "items": text}),
        ("executor", "max_line_bytes")
        | ("reports", "keep_output_bytes" | "keep_stream_bytes" | "max_bundle_bytes") => {
            json!({"type": "integer", "minimum": 0})
        }
        ("embedded", "max_commands")
        | ("dashboard", "max_clients")
        | ("reports", "max_bundles")
        | ("logs", "max_files" | "max_total_bytes") => positive,
        ("soak", "health_interval") => duration(true),
        (_, key) if key.ends_with("_timeout") => duration(false),
        (_, "max_outage" | "retention" | "grace" | "stuck_after") => duration(false),
        ("executor", "url" | "ca_file" | "health_path")
        | ("reports" | "logs", "folder")
        | ("ledger", "path") => text,
        _ => return None,
    })
}

/// One of the names that a flag of the same meaning takes.
fn choice<T: ValueEnum>() -> Value {
    let names = T::value_variants().iter().filter_map(T::to_possible_value);
    let names: Vec<_> = names.map(|name| name.get_name().to_owned()).collect();
    json!({"enum": names})
}

fn duration(is_positive: bool) -> Value {
    let longest = suite::duration::MAX.as_secs();
    let pattern = suite::duration::pattern();
    let (lowest, digits) = match is_positive {
        true => ("exclusiveMinimum", "[1-9]"),
        false => ("minimum", ""),
    };
    json!({"anyOf": [
        {"type": "number", lowest: 0, "maximum": longest},
        {"type": "string", "allOf": [{"pattern": pattern}, {"pattern": digits}]},
    ]})
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use config::{Config, File, FileFormat};

    use super::*;
    use crate::settings::Settings;

    fn parse(toml: &str) -> Config {
        let file = File::from_str(toml, FileFormat::Toml);
        Config::builder().add_source(file).build().expect("TOML")
    }

    fn keeps_to_the_schema(toml: &str) -> bool {
        let settings: Value = parse(toml).try_deserialize().expect("values");
        jsonschema::is_valid(&super::settings(), &settings)
    }

    #[test]
    fn every_setting_of_the_shipped_file_is_in_the_schema_with_its_default() {
        assert!(keeps_to_the_schema(DEFAULTS));
        let schema = settings();
        let settings = documented();
        assert!(settings.len() > 25);
        for Documented {
            section,
            key,
            description,
            default,
        } in settings
        {
            let found = &schema["properties"][&section]["properties"][&key];
            assert!(!description.is_empty(), "{section}.{key}");
            assert_eq!(found["description"], description, "{section}.{key}");
            assert_eq!(found.get("default"), default.as_ref(), "{section}.{key}");
        }
    }

    #[test]
    fn the_schema_takes_what_the_settings_take() {
        for (section, value) in [
            ("executor", "head_timeout = 30"),
            ("executor", "head_timeout = 0"),
            ("executor", "head_timeout = \"1m 30s\""),
            ("executor", "head_timeout = \"soon\""),
            ("executor", "head_timeout = -1"),
            ("executor", "bytes_idle_timeout = \"60s\""),
            ("executor", "transport = \"websocket\""),
            ("executor", "transport = \"pigeon\""),
            ("executor", "headers = { X-Api-Key = \"…\" }"),
            ("executor", "ulr = \"x\""),
            ("embedded", "sandbox = \"off\""),
            ("embedded", "sandbox = \"perhaps\""),
            ("embedded", "max_commands = 0"),
            ("soak", "health_interval = \"0s\""),
            ("soak", "health_interval = \"1s\""),
            ("logs", "level = \"trace\""),
            ("logs", "level = \"loud\""),
            ("logs", "max_total_bytes = \"much\""),
            ("nowhere", "a = 1"),
        ] {
            let toml = format!("[{section}]\n{value}\n");
            let over_defaults = Config::builder()
                .add_source(parse(DEFAULTS))
                .add_source(parse(&toml))
                .build();
            let is_taken = over_defaults
                .and_then(Config::try_deserialize::<Settings>)
                .is_ok();
            assert_eq!(keeps_to_the_schema(&toml), is_taken, "{toml}");
        }
    }

    #[test]
    fn the_schema_of_settings_that_is_checked_in_is_current() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/schema/settings.schema.json");
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            text == format!("{:#}\n", settings()),
            "write it anew: cargo run -- schema settings > configs/schema/settings.schema.json"
        );
    }
}
