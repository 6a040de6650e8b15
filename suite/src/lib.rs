//! Suites of cases: what a person writes, checked and turned into what a runner runs.
//!
//! The crate owns suite files: parsing with exact positions, validation, selection. It refuses to run
//! anything, and to know about executors, transports or reports.
//!
//! # Suite files
//!
//! A suite is one JSON file. Its cases stand in `tests`, or by category in `categories`:
//!
//! ```
//! use std::{path::Path, time::Duration};
//!
//! let suite = suite::parse(
//!     Path::new("example.json"),
//!     r#"{
//!         "timeout": "2m",
//!         "categories": {
//!             "simple": {
//!                 "tags": ["quick"],
//!                 "tests": [
//!                     {"id": "sum", "command": "echo $((15 + 27))", "expected_patterns": ["42"]},
//!                     {"id": "nap", "command": "sleep 1", "timeout": 5}
//!                 ]
//!             }
//!         }
//!     }"#,
//! )
//! .unwrap();
//! assert_eq!(suite.cases[0].timeout, Duration::from_secs(120));
//! assert_eq!(suite.cases[1].timeout, Duration::from_secs(5));
//! assert_eq!(suite.cases[1].tags, ["quick"]);
//! ```
//!
//! | key | where | value |
//! | --- | --- | --- |
//! | `task_list_id` | suite | the suite's own name |
//! | `gates` | anywhere | conditions on the run, or on a part of it: [`Gates`] |
//! | `tests` | suite, category | the cases; a suite has either these or `categories` |
//! | `categories` | suite | an object from category names to categories |
//! | `id`, `command` | case | required; ids are unique in the file |
//! | `name` | case | the id unless given |
//! | `expected_patterns`, `forbidden_patterns` | case | lists of patterns: texts, or objects with `literal`, `word` or `regex` |
//! | `any_of`, `ordered` | case | a list of patterns, or of such lists |
//! | `count`, `within`, `never_after` | case | a pattern with more keys beside it, or a list of such |
//! | `min_length`, `max_length` | case | characters |
//! | `json` | case | `path`, `type`, `equals`, `schema`, or a list of such |
//! | `validation` | case | what older suites have in place of the keys above |
//! | `max_gap` | anywhere | a duration above zero; none unless given |
//! | `stop_on_failure` | anywhere | `false` unless given |
//! | `retries` | anywhere | a number, or `max`, `on` and `pause`; 0 unless given |
//! | `repeat` | anywhere | `max` and `success_rate`, maybe `min` and `confidence`; none unless given |
//! | `description` | anywhere | text |
//! | `timeout` | anywhere | a duration above zero; 120 s unless given |
//! | `stall_timeout` | anywhere | a duration above zero; none unless given |
//! | `expected_exit_code` | anywhere | a whole number; 0 unless given |
//! | `output_format` | anywhere | `"text"` unless given, or `"claude-stream-json"` |
//! | `match_on` | anywhere | `"output"` unless given, `"stdout"`, `"stderr"`, or `"final_text"` where the format has one |
//! | `requires` | anywhere | names of programs the commands need |
//! | `tags` | anywhere | labels to select by |
//!
//! What is given further inside replaces what was given further outside, except that `requires` and
//! `tags` add up. Durations are numbers of seconds or texts as [`duration::parse`] reads them. `$schema`,
//! `metadata` and keys that start with `x-` are left alone; any other key is an error.

mod attempts;
pub mod duration;
mod error;
mod expectation;
mod file;
pub mod gate;
mod gates;
mod invalid;
mod lint;
mod load;
mod model;
mod position;
mod problem;
mod quote;
mod reader;
mod schema;
mod select;
mod shard;
mod suggest;
mod syntax;
mod usd;
mod value;

pub use attempts::{Repeat, Retries, RetryOn};
pub use error::SuiteError;
pub use expectation::{
    CodeExpectation, CountOf, Expectations, JsonExpectation, JsonType, NeverAfter, Pattern, Within,
};
pub use gates::{GateScope, Gates, PercentileBounds, ScopedGates};
pub use invalid::InvalidSuite;
pub use lint::{Lint, LintCode, UnknownLint, lint};
pub use load::{MAX_FILE_BYTES, load, parse};
pub use model::{Case, MatchOn, OutputFormat, Ratio, Suite};
pub use problem::Problem;
pub use schema::schema;
pub use select::{Selected, Selection, SelectorKind, Unmatched};
pub use shard::{Shard, ShardError, digest_of_cases};
pub use usd::Usd;
