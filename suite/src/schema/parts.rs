//! What the schema is put together from.

use serde_json::{Map, Value, json};

use crate::duration;

pub(super) fn definitions() -> Map<String, Value> {
    let pattern = duration::pattern();
    let longest = duration::MAX.as_secs();
    let duration = json!({
        "description": "A duration above zero: a number of seconds, or a text such as \"90s\", \"1h30m\" or \"500ms\".",
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": longest},
            {"type": "string", "allOf": [{"pattern": pattern}, {"pattern": "[1-9]"}]},
        ],
        "examples": [90, 0.5, "90s", "2m", "1h30m", "500ms"],
    });
    let label = json!({
        "type": "string",
        "pattern": r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]+$",
    });
    let ratio = json!({"type": "number", "minimum": 0, "maximum": 1});
    let count = json!({"type": "integer", "minimum": 0});
    let entries = [
        ("duration", duration),
        ("label", label),
        ("ratio", ratio),
        ("number", count),
    ];
    let owned = entries.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

/// The pattern of a duration that may be zero.
pub(super) fn pause() -> Value {
    json!({
        "description": "How long the first retry waits, at most 5m; each further one waits twice as long. A second unless given.",
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": crate::Retries::MAX_PAUSE.as_secs()},
            {"type": "string", "pattern": duration::pattern()},
        ],
        "examples": ["10s", 0],
    })
}

/// An object in which only `keys` may stand, besides those for people and editors.
pub(super) fn object(keys: &[&str], describe: impl Fn(&str) -> Option<Value>) -> Value {
    let mut properties = Map::new();
    for key in keys {
        // A test sees to it that none is left out.
        if let Some(value) = describe(key) {
            properties.insert((*key).to_owned(), value);
        }
    }
    properties.insert("$schema".to_owned(), json!(true));
    properties.insert("metadata".to_owned(), json!(true));
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": {"^x-": true},
        "additionalProperties": false,
    })
}

/// What is described elsewhere in the schema.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// `value` with what it means. Draft 7 looks at nothing beside a reference.
pub(super) fn described(description: &str, value: &Value) -> Value {
    json!({"description": description, "allOf": [value]})
}

/// A list of what is described as `name`.
pub(super) fn list_of(name: &str, description: &str) -> Value {
    json!({"description": description, "type": "array", "items": reference(name)})
}

/// One of what is described as `name`, or a list of such.
pub(super) fn one_or_many(name: &str, description: &str) -> Value {
    let one = reference(name);
    json!({"description": description, "anyOf": [one, {"type": "array", "items": one}]})
}

/// One of a few names.
pub(super) fn choice(description: &str, names: &[&str]) -> Value {
    json!({"description": description, "enum": names})
}
