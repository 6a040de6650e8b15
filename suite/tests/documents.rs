//! What the documents say about suites is what the code reads.

use std::path::Path;

/// The blocks of a page that are fenced as `language`.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    let after = page.split(&*fence).skip(1);
    after
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

/// An example as a suite: those that have no cases are one.
fn suite_of(example: &str) -> String {
    let value: serde_json::Value =
        serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
    match value.get("tests").or(value.get("categories")) {
        Some(_) => example.to_owned(),
        None => format!(r#"{{"tests": [{example}]}}"#),
    }
}

#[test]
fn every_example_of_the_page_about_suites_is_valid() {
    let examples = blocks(include_str!("../../docs/suites.md"), "json");
    assert!(examples.len() > 15);
    for example in examples {
        let suite = suite::parse(Path::new("docs/suites.md"), &suite_of(example));
        suite.unwrap_or_else(|error| panic!("{error}"));
    }
}
