//! JSON in what a command prints.

use jsonschema::Validator;
use memchr::{memchr_iter, memchr2};
use serde_json::{Deserializer, Value, error::Category};
use serde_json_path::JsonPath;
use suite::{JsonExpectation, JsonType};

use super::words::cut;

/// Looking for the beginning of JSON ends once so many times the text were read: what begins like JSON and is
/// none, again and again, could take for ever.
const MAX_PASSES: usize = 8;

/// Nodes that do not meet an expectation are told up to this many.
const MAX_TOLD: usize = 3;

/// The first object or array in a text.
///
/// # Errors
/// In words, when there is none, or none was found with bounded effort.
pub(super) fn first_value(text: &str) -> Result<Value, String> {
    let mut effort = text.len().saturating_mul(MAX_PASSES);
    let mut at = 0;
    let mut is_cut_off = false;
    while let Some(found) = memchr2(b'{', b'[', &text.as_bytes()[at..]) {
        at += found;
        let rest = &text[at..];
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let error = match values.next() {
            Some(Ok(value)) => return Ok(value),
            Some(Err(error)) => error,
            None => break,
        };
        is_cut_off |= error.classify() == Category::Eof;
        let read = bytes_read(rest, &error).max(1);
        let Some(left) = effort.checked_sub(read) else {
            return Err("there is too much that begins like JSON and is none".into());
        };
        effort = left;
        at += 1;
    }
    Err(match is_cut_off {
        true => "no JSON object or array that is complete".into(),
        false => "no JSON object or array".into(),
    })
}

/// How much of a text was read until an error.
fn bytes_read(text: &str, error: &serde_json::Error) -> usize {
    let line = error.line().saturating_sub(2);
    let begins = match error.line() {
        0 | 1 => 0,
        _ => memchr_iter(b'\n', text.as_bytes()).nth(line).unwrap_or(0),
    };
    begins + error.column()
}

/// What does not hold of a value, in words; `None` if all does.
pub(super) fn mismatch(expected: &JsonExpectation, value: &Value) -> Option<String> {
    let nodes: Vec<(String, &Value)> = match &expected.path {
        None => vec![("$".into(), value)],
        Some(path) => {
            let path = match JsonPath::parse(path) {
                Ok(path) => path,
                Err(error) => return Some(format!("the path cannot be used: {error}")),
            };
            let located = path.query_located(value);
            let nodes = located.iter();
            nodes
                .map(|node| (node.location().to_string(), node.node()))
                .collect()
        }
    };
    if nodes.is_empty() {
        return Some(format!("nothing is there in {}", shown(value)));
    }
    let schema = match expected.schema.as_ref().map(validator).transpose() {
        Ok(schema) => schema,
        Err(why) => return Some(why),
    };
    let mut told = Vec::new();
    let mut more = 0;
    for (place, node) in nodes {
        let Some(what) = wrong(expected, schema.as_ref(), node) else {
            continue;
        };
        if told.len() < MAX_TOLD {
            told.push(format!("{} {what}", cut(&place)));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// A schema stands for itself: what it refers to outside of itself is not fetched.
fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::validator_for(schema)
        .map_err(|error| format!("the schema cannot be used: {}", cut(&error.to_string())))
}

fn wrong(expected: &JsonExpectation, schema: Option<&Validator>, node: &Value) -> Option<String> {
    if let Some(name) = expected.type_name
        && !is_of(name, node)
    {
        let actual = type_of(node).as_str();
        return Some(format!("is of the type {actual}: {}", shown(node)));
    }
    if let Some(value) = &expected.equals
        && !equal(value, node)
    {
        return Some(format!("is {}", shown(node)));
    }
    let error = schema?.iter_errors(node).next()?;
    let place = error.instance_path().to_string();
    let place = match &*place {
        "" => String::new(),
        place => format!(" at {}", cut(place)),
    };
    Some(format!("is not valid{place}: {}", cut(&error.to_string())))
}

/// The most particular type of a value.
fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(_) if is_of(JsonType::Integer, value) => JsonType::Integer,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

fn is_of(name: JsonType, value: &Value) -> bool {
    match name {
        JsonType::Null => value.is_null(),
        JsonType::Boolean => value.is_boolean(),
        JsonType::Number => value.is_number(),
        // As in JSON Schema, 1.0 is one.
        JsonType::Integer => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        JsonType::String => value.is_string(),
        JsonType::Array => value.is_array(),
        JsonType::Object => value.is_object(),
    }
}

/// Whether two values are the same, numbers by their values: `1` is `1.0`.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let integers = (a.is_f64(), b.is_f64()) == (false, false);
            // Large integers are not what their nearest fraction is.
            a == b || !integers && same_number(one, other)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| equal(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        _ => one == other,
    }
}

fn same_number(one: &Value, other: &Value) -> bool {
    /// Below this, every integer has a fraction of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match (one.as_f64(), other.as_f64()) {
        (Some(a), Some(b)) => a == b && a.abs() < EXACT,
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expect(path: Option<&str>) -> JsonExpectation {
        JsonExpectation {
            path: path.map(str::to_owned),
            type_name: None,
            equals: None,
            schema: None,
        }
    }

    #[test]
    fn the_first_value_is_found_wherever_it_begins() {
        let found = |text| first_value(text).ok();
        assert_eq!(
            found("[INFO] {not json} so: {\"a\": 1} {}"),
            Some(json!({"a": 1}))
        );
        assert_eq!(found("```json\n[1,\n2]\n```"), Some(json!([1, 2])));
        assert_eq!(found("{\"a\": [1] "), Some(json!([1])));
        assert_eq!(found("none"), None);
        let why = first_value("so: {\"a\": tru").expect_err("it is cut off");
        assert!(why.contains("complete"), "{why}");
    }

    #[test]
    fn text_that_looks_like_json_again_and_again_ends_the_search() {
        let text = "[\"".repeat(20_000);
        assert!(first_value(&text).is_err());
        let text = "[\n\"".repeat(20_000);
        assert!(first_value(&text).is_err());
        assert!(first_value(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn a_path_has_to_lead_somewhere_and_each_node_counts() {
        let value = json!({"items": [{"id": 1}, {"id": "two"}, {"id": 3}]});
        let expected = JsonExpectation {
            type_name: Some(JsonType::Integer),
            ..expect(Some("$.items[*].id"))
        };
        let told = mismatch(&expected, &value).expect("one is a string");
        assert_eq!(told, "$['items'][1]['id'] is of the type string: \"two\"");
        let told = mismatch(&expect(Some("$.other")), &value).expect("it is not there");
        assert!(told.starts_with("nothing is there"), "{told}");
        assert_eq!(mismatch(&expect(Some("$.items[?@.id == 3]")), &value), None);
        let told = mismatch(&expect(Some("$[")), &value).expect("no path");
        assert!(told.starts_with("the path cannot be used"), "{told}");
    }

    #[test]
    fn values_are_equal_by_what_they_are() {
        let equals = |a: Value, b: &Value| {
            let expected = JsonExpectation {
                equals: Some(a),
                ..expect(None)
            };
            mismatch(&expected, b).is_none()
        };
        assert!(equals(
            json!({"a": 1, "b": [2.0]}),
            &json!({"b": [2], "a": 1.0})
        ));
        assert!(!equals(json!([1]), &json!([1, 1])));
        assert!(!equals(
            json!([9_007_199_254_740_993_u64]),
            &json!([9_007_199_254_740_992.0])
        ));
        assert!(!equals(json!({"a": null}), &json!({})));
        assert!(!equals(json!("1"), &json!(1)));
    }

    #[test]
    fn a_schema_says_what_is_wrong_and_where() {
        let expected = JsonExpectation {
            schema: Some(json!({
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}}
            })),
            ..expect(None)
        };
        assert_eq!(mismatch(&expected, &json!({"name": "x"})), None);
        let told = mismatch(&expected, &json!({"name": 5})).expect("a number");
        assert!(told.contains("/name") && told.contains('5'), "{told}");
    }

    #[test]
    fn a_schema_reaches_for_nothing_outside_of_itself() {
        for reference in ["http://localhost:1/schema.json", "file:///etc/hostname"] {
            let expected = JsonExpectation {
                schema: Some(json!({"$ref": reference})),
                ..expect(None)
            };
            let told = mismatch(&expected, &json!([])).expect("it cannot be used");
            assert!(told.starts_with("the schema cannot be used"), "{told}");
        }
    }

    #[test]
    fn what_is_told_is_bounded() {
        let value = json!(vec!["x".repeat(10_000); 50]);
        let expected = JsonExpectation {
            type_name: Some(JsonType::Number),
            ..expect(Some("$[*]"))
        };
        let told = mismatch(&expected, &value).expect("strings");
        assert!(told.len() < 1000 && told.ends_with("and 47 more"), "{told}");
    }
}
