//! JSON reports: they are as the published schema has them, and any other report can be made of them.

mod capacity;
mod hostile_text;
mod load;
mod reading;
mod rendered;
mod round_trip;
mod schema;
