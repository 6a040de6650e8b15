//! Which elements and attributes there may be: those of the schema that Jenkins publishes as
//! `junit-10.xsd`, in our own words. `tests/junit.xsd` says the same to tools that read schemas.

use std::{
    io::{ErrorKind, Write as _},
    process::{Command, Stdio},
};

use roxmltree::{Document, Node};
use sample_results::{recorded_runs, runs, tries};

use crate::documents::{of_recorded, of_run};

/// An element: its attributes, those that have to be there first, how many these are, and what may be in it.
struct Element {
    name: &'static str,
    attributes: &'static [&'static str],
    required: usize,
    children: &'static [&'static str],
}

const fn element(
    name: &'static str,
    attributes: &'static [&'static str],
    required: usize,
    children: &'static [&'static str],
) -> Element {
    Element {
        name,
        attributes,
        required,
        children,
    }
}

const OUTPUT: &[&str] = &["stackTrace", "system-out", "system-err"];
const SUITE: &[&str] = &[
    "name",
    "tests",
    "failures",
    "errors",
    "time",
    "skipped",
    "timestamp",
    "hostname",
    "id",
    "package",
];
const CASE: &[&str] = &[
    "skipped",
    "error",
    "failure",
    "rerunFailure",
    "rerunError",
    "flakyFailure",
    "flakyError",
    "system-out",
    "system-err",
];

const ELEMENTS: [Element; 15] = [
    element(
        "testsuites",
        &["name", "time", "tests", "failures", "errors"],
        0,
        &["testsuite"],
    ),
    element(
        "testsuite",
        SUITE,
        4,
        &["properties", "testcase", "system-out", "system-err"],
    ),
    element("properties", &[], 0, &["property"]),
    element("property", &["name", "value"], 2, &[]),
    element("testcase", &["name", "time", "classname", "group"], 1, CASE),
    element("skipped", &["type", "message"], 0, &[]),
    element("error", &["type", "message"], 0, &[]),
    element("failure", &["type", "message"], 0, &[]),
    element("rerunFailure", &["type", "message"], 1, OUTPUT),
    element("rerunError", &["type", "message"], 1, OUTPUT),
    element("flakyFailure", &["type", "message"], 1, OUTPUT),
    element("flakyError", &["type", "message"], 1, OUTPUT),
    element("stackTrace", &[], 0, &[]),
    element("system-out", &[], 0, &[]),
    element("system-err", &[], 0, &[]),
];

/// Fails where there is something that the schema does not know.
pub(crate) fn assert_keeps_to_the_schema(document: &Document<'_>) {
    assert!(document.root_element().has_tag_name("testsuites"));
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let known = ELEMENTS.iter().find(|element| element.name == name);
        let known = known.unwrap_or_else(|| panic!("no element is called {name}"));
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(known.attributes.contains(&name), "{name} in {}", known.name);
        }
        for required in &known.attributes[..known.required] {
            assert!(node.has_attribute(*required), "{name} needs {required}");
        }
        for child in node.children().filter(Node::is_element) {
            let child = child.tag_name().name();
            assert!(known.children.contains(&child), "{child} in {name}");
        }
    }
}

#[test]
fn reports_keep_to_the_schema_of_jenkins() {
    for report in [
        of_run(&runs::eventful_run()),
        of_run(&tries::run(false)),
        of_run(&tries::run(true)),
        of_recorded(&recorded_runs::eventful()),
    ] {
        assert_keeps_to_the_schema(&Document::parse(&report).expect("XML"));
    }
}

#[test]
fn a_validator_of_schemas_accepts_reports() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/junit.xsd");
    for report in [
        of_run(&runs::eventful_run()),
        of_run(&tries::run(false)),
        of_run(&tries::run(true)),
        of_recorded(&recorded_runs::eventful()),
    ] {
        let mut xmllint = Command::new("xmllint");
        xmllint.args(["--noout", "--nonet", "--schema", schema, "-"]);
        let started = xmllint.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = match started {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("skipped: there is no xmllint (Debian: libxml2-utils)");
                return;
            }
            started => started.expect("xmllint starts"),
        };
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(report.as_bytes()).expect("xmllint reads");
        drop(stdin);
        let ended = child.wait_with_output().expect("xmllint ends");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}\n{report}");
    }
}
