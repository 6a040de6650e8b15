//! The text as monitoring systems read it, and what the documents say about it.

mod bounds;
mod documents;
mod events;
mod exposition;
mod load;
mod promtool;
#[cfg(feature = "otlp")]
mod push;
mod support;
