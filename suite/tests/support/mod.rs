//! What several tests need to know about the schema of suites.

use jsonschema::Validator;
use suite::Problem;

/// The schema of suites, compiled.
pub(crate) fn validator() -> Validator {
    jsonschema::validator_for(&suite::schema()).expect("a schema")
}

/// Whether a problem is one that no schema can tell.
pub(crate) fn beyond_a_schema(problem: &Problem) -> bool {
    let message = problem.message();
    [
        // What is the same as something else, or does not go together with it.
        "duplicate ",
        "no final text to match on",
        "but `at_least` is",
        "but `min_length` is",
        "but `max` is",
        "no key of `schema` is the answer",
        // Languages of their own.
        "is no regular expression",
        "the regular expression takes",
        "is no JSONPath",
        "the JSON Schema is not valid",
        "outside of this schema",
        // How a number or a duration is written.
        "longer than the maximum",
        "a retry waits no longer than",
        "expected a whole number",
        "the number ",
    ]
    .iter()
    .any(|known| message.contains(known))
}
