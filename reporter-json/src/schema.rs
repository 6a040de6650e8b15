//! The published schema of the documents, which follows the types that are written.

use std::{env, fs, path::Path};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;

use crate::{recorded::RecordedDocumentWire, run::RunDocumentWire};

/// A JSON report of gauntlet. Durations are numbers with their unit in the key, moments are texts as RFC
/// 3339 has them, and what is not known is null. Keys may be added without a new version.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Report")]
#[expect(dead_code, reason = "it is there for its schema")]
enum DocumentWire<'a> {
    Run(Box<RunDocumentWire<'a>>),
    Recorded(Box<RecordedDocumentWire<'a>>),
}

const UPDATE: &str = "GAUNTLET_UPDATE_SCHEMA";

#[test]
fn the_published_schema_is_that_of_what_is_written() {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<DocumentWire<'_>>();
    let schema = serde_json::to_string_pretty(&schema).expect("a schema") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/report.schema.json");
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, &schema).expect("the schema can be written");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == schema,
        "docs/report.schema.json is not current: look at what {UPDATE}=1 makes of it"
    );
}
