//! The JSON Schema of suite files, for editors.
//!
//! It says what the reader takes, as far as a schema can: that ids are unique, expressions valid and bounds
//! in order, only the reader knows. Tests hold the two against each other. Draft 7, because that is what
//! editors know best.

mod expectations;
mod parts;
mod settings;

use serde_json::{Value, json};

use self::parts::{list_of, object, reference};
use crate::{Case, file::keys};

/// The JSON Schema that every valid suite file keeps to.
///
/// ```
/// let schema = suite::schema();
/// assert_eq!(schema["title"], "A suite of gauntlet");
/// ```
#[must_use]
pub fn schema() -> Value {
    let mut definitions = parts::definitions();
    definitions.extend(expectations::definitions());
    definitions.extend(settings::definitions());
    definitions.extend([
        ("case".to_owned(), case()),
        ("category".to_owned(), category()),
    ]);
    let mut suite = object(keys::SUITE, |key| match key {
        "task_list_id" => Some(parts::described(
            "The suite's own name.",
            &reference("label"),
        )),
        "tests" => Some(cases()),
        "categories" => Some(json!({
            "description": "Cases in named groups, each with settings of its own.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": reference("label"),
            "additionalProperties": reference("category"),
        })),
        key => settings::of(key),
    });
    suite["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    suite["title"] = json!("A suite of gauntlet");
    suite["description"] = json!("Cases in `tests`, or by category in `categories`.");
    suite["oneOf"] = json!([{"required": ["tests"]}, {"required": ["categories"]}]);
    suite["examples"] = json!([
        {"tests": [{"id": "sum", "command": "echo $((15 + 27))", "expected_patterns": ["42"]}]},
        {"timeout": "2m", "categories": {"quick": {"timeout": 5, "tests": [{"id": "nap", "command": "sleep 1"}]}}},
    ]);
    suite["definitions"] = Value::Object(definitions);
    suite
}

fn category() -> Value {
    let mut category = object(keys::CATEGORY, |key| match key {
        "tests" => Some(cases()),
        key => settings::of(key),
    });
    category["required"] = json!(["tests"]);
    category
}

fn case() -> Value {
    let mut case = object(keys::CASE, |key| match key {
        "id" => Some(parts::described("Unique in the file.", &reference("label"))),
        "command" => Some(json!({
            "description": "What the executor is to run, in a shell.",
            "type": "string",
            "pattern": r"^(?=[\s\S]*\S)[^\x00]+$",
        })),
        "name" => Some(json!({
            "description": "What progress and report call the case; the id unless given.",
            "type": "string",
        })),
        "weight" => Some(json!({
            "description": "How often `gauntlet load` tries the case beside the others; 1 unless given. Runs and soaks try each case in its turn.",
            "type": "integer",
            "minimum": 1,
            "maximum": Case::MAX_WEIGHT,
        })),
        key => expectations::of(key).or_else(|| settings::of(key)),
    });
    case["required"] = json!(["id", "command"]);
    case["examples"] = json!([
        {"id": "sum", "command": "echo $((15 + 27))", "expected_patterns": ["42"]},
        {
            "id": "server", "name": "A server", "command": "./serve --once", "timeout": "1m", "max_gap": 10,
            "within": {"literal": "listening", "limit": "2s"}, "stop_on_failure": true, "weight": 3,
        },
    ]);
    case
}

fn cases() -> Value {
    let mut cases = list_of("case", "The cases.");
    cases["minItems"] = json!(1);
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of an object of the schema, but for those that are allowed everywhere.
    fn known(object: &Value) -> Vec<&str> {
        let properties = object["properties"].as_object().expect("an object");
        let known = properties.keys().map(String::as_str);
        known
            .filter(|key| !["$schema", "metadata"].contains(key))
            .collect()
    }

    #[test]
    fn every_key_that_is_read_is_described() {
        let schema = schema();
        let definition = |name: &str| schema["definitions"][name].clone();
        let form = |name: &str, index: usize| definition(name)["anyOf"][index].clone();
        let validation = |index: usize| definition("validation")["oneOf"][index].clone();
        for (object, keys) in [
            (schema.clone(), keys::SUITE),
            (definition("category"), keys::CATEGORY),
            (definition("case"), keys::CASE),
            (definition("gates"), keys::GATES),
            (definition("percentiles"), keys::PERCENTILES),
            (form("pattern", 1), keys::PATTERN),
            (definition("count"), keys::COUNT),
            (definition("within"), keys::WITHIN),
            (definition("never_after"), keys::NEVER_AFTER),
            (definition("json"), keys::JSON),
            (validation(0), keys::VALIDATION_JSON),
            (validation(1), keys::VALIDATION_CONTENT),
            (validation(2), keys::VALIDATION_CODE),
            (form("retries", 1), keys::RETRIES),
            (definition("repeat"), keys::REPEAT),
        ] {
            let mut expected = keys.to_vec();
            expected.sort_unstable();
            let mut found = known(&object);
            found.sort_unstable();
            assert_eq!(found, expected);
            for key in expected {
                let property = &object["properties"][key];
                assert!(property["description"].is_string(), "{key}: {property}");
            }
        }
    }
}
