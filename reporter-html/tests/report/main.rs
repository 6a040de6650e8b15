//! Reports from the outside: results in, documents out.

mod bounds;
mod capacity;
mod charts;
mod destinations;
mod documents;
mod dom;
mod fixtures;
mod hostile_text;
mod load;
mod policy;
mod recorded_documents;
mod recorded_fixtures;
mod tries;
