//! The JSON Schema of suites and the reader take the same files.

use std::{fs, path::Path};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

mod support;

use support::{beyond_a_schema, validator};

const EVERYTHING: &str = include_str!("samples/everything.json");

fn configs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs")
}

/// What the schema has against a suite.
fn complaints(validator: &Validator, suite: &Value) -> Vec<String> {
    let errors = validator.iter_errors(suite);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn read(suite: &Value) -> Result<suite::Suite, suite::SuiteError> {
    suite::parse(Path::new("suite.json"), &suite.to_string())
}

#[test]
fn the_schema_that_is_checked_in_is_current() {
    let path = configs().join("schema/suite.schema.json");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let current = format!("{:#}\n", suite::schema());
    assert!(
        text == current,
        "write it anew: cargo run -- schema suite > configs/schema/suite.schema.json"
    );
}

#[test]
fn every_shipped_suite_keeps_to_the_schema_and_names_it() {
    let entries = fs::read_dir(configs()).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut seen = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|it| it == "json")) {
        let text = fs::read_to_string(&path).expect("readable");
        let suite: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(suite["$schema"], "schema/suite.schema.json", "{path:?}");
        assert_eq!(complaints(&validator(), &suite), [""; 0], "{path:?}");
        seen += 1;
    }
    assert!(seen >= 2);
}

#[test]
fn a_suite_with_everything_keeps_to_the_schema() {
    let everything = serde_json::from_str(EVERYTHING).expect("JSON");
    assert_eq!(complaints(&validator(), &everything), [""; 0]);
}

/// A suite in which an example of a part of the schema stands.
fn around(part: &str, example: &Value) -> Option<Value> {
    let case = |key: &str| {
        let mut case = json!({"id": "a", "command": "true"});
        case[key] = example.clone();
        json!({"tests": [case]})
    };
    Some(match part {
        "" => example.clone(),
        "case" => json!({"tests": [example]}),
        "pattern" => {
            json!({"tests": [{"id": "a", "command": "b", "expected_patterns": [example]}]})
        }
        "duration" => case("timeout"),
        "gates" | "retries" | "repeat" | "json" | "validation" => case(part),
        _ => return None,
    })
}

#[test]
fn what_the_schema_gives_as_examples_is_taken() {
    let schema = suite::schema();
    let definitions = schema["definitions"].as_object().expect("an object");
    let parts = definitions.iter().map(|(name, part)| (&**name, part));
    let mut seen = 0;
    for (name, part) in parts.chain([("", &schema)]) {
        for example in part["examples"].as_array().into_iter().flatten() {
            let suite = around(name, example).unwrap_or_else(|| panic!("{name} stands nowhere"));
            read(&suite).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(
                complaints(&validator(), &suite),
                [""; 0],
                "{name}: {example}"
            );
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// Every place in `value` at which something else could stand.
fn places(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(member, format!("{path}/{key}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                places(element, format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(path);
}

fn anything() -> impl Strategy<Value = Value> {
    let texts = vec![
        "",
        " ",
        "4",
        "90s",
        "1h30m",
        "1h 30 m",
        "30m1h",
        "0s",
        "0.0ms",
        "500ms",
        " 5 ",
        "5 5",
        ".5s",
        "366d",
        "a b",
        "sh",
        "-v",
        "text",
        "output",
        "final_text",
        "failed",
        "$.a",
        "a[",
        "(",
        "a*",
        "number",
        "json",
        "\t",
        "\u{0}x",
        "python",
        "content_check",
        "null",
    ];
    let numbers = vec![
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(2),
        json!(0.95),
        json!(1.5),
        json!(300),
        json!(301),
        json!(1000),
        json!(1001),
        json!(31_622_400),
        json!(31_622_401),
        json!(u64::MAX),
        json!(-2_147_483_649_i64),
    ];
    prop_oneof![
        4 => prop::sample::select(texts).prop_map(Value::from),
        4 => prop::sample::select(numbers),
        1 => Just(json!(null)),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!([["a"], ["b"]])),
        1 => Just(json!(["a", ["b"]])),
        1 => Just(json!({"word": "a"})),
        1 => Just(json!({"regex": "a", "case_sensitive": true})),
        1 => Just(json!({"literal": "a", "limit": 1})),
        1 => Just(json!({"x-a": 1})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn the_schema_and_the_reader_take_the_same(
        place in any::<prop::sample::Index>(),
        value in anything(),
        key in prop::option::of(prop::sample::select(&["x-a", "$schema", "metadata", "tags", "word", "max", "zzz"][..])),
    ) {
        thread_local! {
            static VALIDATOR: Validator = validator();
        }
        let mut suite: Value = serde_json::from_str(EVERYTHING).expect("JSON");
        let mut all = Vec::new();
        places(&suite, String::new(), &mut all);
        let place = &all[place.index(all.len())];
        let target = suite.pointer_mut(place).expect("a place");
        match (key, target.as_object_mut()) {
            (Some(key), Some(object)) => {
                object.insert(key.to_owned(), value);
            }
            _ => *target = value,
        }
        let complaints = VALIDATOR.with(|validator| complaints(validator, &suite));
        match read(&suite) {
            Ok(_) => prop_assert_eq!(complaints, [""; 0], "{}", suite),
            Err(suite::SuiteError::Invalid(invalid)) => prop_assert!(
                !complaints.is_empty() || invalid.problems().iter().all(beyond_a_schema),
                "the schema takes this: {}", invalid
            ),
            Err(error) => panic!("a text can only be invalid: {error}"),
        }
    }
}
