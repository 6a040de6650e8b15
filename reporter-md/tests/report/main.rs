//! Reports from the outside: results in, documents out.

mod capacity;
mod destinations;
mod documents;
mod fixtures;
mod hostile_text;
mod load;
mod recorded_documents;
mod recorded_fixtures;
mod step_summaries;
mod tries;
mod verdicts;
