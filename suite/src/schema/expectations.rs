//! What a case expects, as the schema has it.

use serde_json::{Map, Value, json};

use super::parts::{described, list_of, object, one_or_many, reference};
use crate::{JsonType, file::keys};

/// The schema of an expectation.
pub(super) fn of(key: &str) -> Option<Value> {
    Some(match key {
        "expected_patterns" => list_of("pattern", "All of them have to be found."),
        "forbidden_patterns" => list_of("pattern", "None of them may be found."),
        "any_of" => pattern_lists("Of each list, one pattern has to be found."),
        "ordered" => {
            pattern_lists("Of each list, the patterns have to be found one behind the other.")
        }
        "count" => one_or_many("count", "How often patterns have to be found, and may be."),
        "within" => one_or_many("within", "What has to be found in time."),
        "never_after" => one_or_many(
            "never_after",
            "What may not come once something else was found.",
        ),
        "json" => one_or_many(
            "json",
            "What has to hold of the first JSON object or array that is printed.",
        ),
        "min_length" => json!({
            "description": "How many characters there have to be at least.",
            "type": "integer",
            "minimum": 1,
        }),
        "max_length" => described("How many characters there may be.", &reference("number")),
        "validation" => described(
            "What older suites have in place of the other keys.",
            &reference("validation"),
        ),
        _ => return None,
    })
}

fn pattern_lists(description: &str) -> Value {
    let pattern = reference("pattern");
    json!({
        "description": description,
        "type": "array",
        "minItems": 1,
        "anyOf": [
            {"items": pattern},
            {"items": {"type": "array", "minItems": 1, "items": pattern}},
        ],
    })
}

pub(super) fn definitions() -> Map<String, Value> {
    let number = |description| described(description, &reference("number"));
    let positive =
        |description: &str| json!({"description": description, "type": "integer", "minimum": 1});
    let mut count = with_pattern(keys::COUNT, |key| match key {
        "at_least" => Some(positive("At least so often.")),
        "at_most" => Some(positive("At most so often.")),
        _ => None,
    });
    count["anyOf"] = json!([{"required": ["at_least"]}, {"required": ["at_most"]}]);
    let mut within = with_pattern(keys::WITHIN, |key| match key {
        "after" => Some(described(
            "Counted from the first find of this pattern; from the start unless given.",
            &reference("pattern"),
        )),
        "limit" => Some(described("No later than that.", &reference("duration"))),
        _ => None,
    });
    within["required"] = json!(["limit"]);
    let mut never_after = with_pattern(keys::NEVER_AFTER, |key| match key {
        "after" => Some(described("Once this was found.", &reference("pattern"))),
        _ => None,
    });
    never_after["required"] = json!(["after"]);
    let mut text = with_pattern(keys::PATTERN, |_| None);
    text["description"] = json!("A pattern of one kind.");
    let pattern = json!({
        "description": "A text, or an object with a `literal`, a `word` or a `regex`.",
        "anyOf": [{"type": "string", "minLength": 1}, text],
        "examples": ["done", {"word": "4"}, {"regex": "took \\d+ ms"}, {"literal": "OK", "case_sensitive": true}],
    });
    let entries = [
        ("pattern", pattern),
        ("count", count),
        ("within", within),
        ("never_after", never_after),
        ("json", json()),
        (
            "json_type",
            json!({"enum": JsonType::ALL.map(JsonType::as_str)}),
        ),
        ("validation", validation(&number)),
    ];
    let owned = entries.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

/// An object over which a pattern is spread, with more keys beside it.
fn with_pattern(keys: &[&str], more: impl Fn(&str) -> Option<Value>) -> Value {
    let text =
        |description: &str| json!({"description": description, "type": "string", "minLength": 1});
    let mut object = object(keys, |key| {
        Some(match key {
            "literal" => text("This text, wherever it stands."),
            "word" => text("This text, with no letter, digit or underscore beside it."),
            "regex" => text("What this expression matches, in the syntax of the Rust crate regex."),
            "case_sensitive" => json!({
                "description": "Whether upper and lower case are told apart; false unless given.",
                "type": "boolean",
            }),
            key => return more(key),
        })
    });
    object["oneOf"] = json!([
        {"required": ["literal"]},
        {"required": ["word"]},
        {"required": ["regex"], "not": {"required": ["case_sensitive"]}},
    ]);
    object
}

fn json() -> Value {
    let mut json = object(keys::JSON, |key| {
        Some(match key {
            "path" => json!({
                "description": "Where in the value, as JSONPath (RFC 9535); the whole of it unless given.",
                "type": "string",
                "pattern": r"^\$",
            }),
            "type" => described("What type it has.", &reference("json_type")),
            "equals" => json!({"description": "What it is equal to."}),
            "schema" => json!({
                "description": "The JSON Schema that it keeps to. Nothing outside of it is fetched.",
                "type": ["object", "boolean"],
            }),
            _ => return None,
        })
    });
    json["examples"] = json!([{"path": "$.days[*].max", "type": "number"}, {"path": "$.city", "equals": "Lisbon"}]);
    json
}

fn validation(number: &impl Fn(&'static str) -> Value) -> Value {
    let form = |keys, name: &str, required: &[&str]| {
        let mut form = object(keys, |key| {
            Some(match key {
                "type" => json!({"description": "Which form it is.", "const": name}),
                "schema" => json!({
                    "description": "Every key has to be there with its type.",
                    "type": "object",
                    "additionalProperties": reference("json_type"),
                }),
                "expected_answer" => json!({
                    "description": "What has to stand at `answer`, or at the only key of `schema`.",
                }),
                "min_length" => number("How many characters there have to be at least."),
                "must_contain" => list_of("pattern", "All of them have to be found."),
                "language" => described("The language of the code.", &reference("label")),
                "executable" => json!({
                    "description": "Whether its syntax is checked, where the executor runs.",
                    "type": "boolean",
                }),
                _ => return None,
            })
        });
        form["required"] = json!(required);
        form
    };
    json!({
        "oneOf": [
            form(keys::VALIDATION_JSON, "json", &["type"]),
            form(keys::VALIDATION_CONTENT, "content_check", &["type"]),
            form(keys::VALIDATION_CODE, "code_validation", &["type", "language"]),
        ],
        "examples": [
            {"type": "json", "schema": {"answer": "number"}, "expected_answer": 42},
            {"type": "content_check", "min_length": 200, "must_contain": ["introduction"]},
            {"type": "code_validation", "language": "python", "must_contain": ["def "], "executable": true},
        ],
    })
}
