//! JUnit reports: they are XML, keep to the schema, and say what came of a run.

mod documents;
mod hostile_text;
mod schema;
