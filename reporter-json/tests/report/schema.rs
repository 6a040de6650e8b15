//! The published schema, to hold reports against.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// The report as JSON, which is as the schema has it.
pub(crate) fn validated(report: &[u8]) -> Value {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let schema = include_str!("../../../docs/report.schema.json");
        let schema = serde_json::from_str(schema).expect("the schema is JSON");
        jsonschema::draft202012::new(&schema).expect("the schema is one")
    });
    let report: Value = serde_json::from_slice(report).expect("the report is JSON");
    if let Err(error) = validator.validate(&report) {
        panic!("{error} at {}", error.instance_path());
    }
    report
}
