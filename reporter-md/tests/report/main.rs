//! Reports from the outside: results in, documents out.

mod documents;
mod fixtures;
mod hostile_text;
