//! Which keys may stand where in a suite file.

/// Keys of the suite itself.
pub(crate) const SUITE: &[&str] = &[
    "task_list_id",
    "description",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
    "max_gap",
    "stop_on_failure",
    "retries",
    "repeat",
    "gates",
    "tests",
    "categories",
];

/// Keys of a category.
pub(crate) const CATEGORY: &[&str] = &[
    "description",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
    "max_gap",
    "stop_on_failure",
    "retries",
    "repeat",
    "gates",
    "tests",
];

/// Keys of a case.
pub(crate) const CASE: &[&str] = &[
    "id",
    "name",
    "command",
    "description",
    "expected_patterns",
    "forbidden_patterns",
    "any_of",
    "count",
    "ordered",
    "within",
    "never_after",
    "min_length",
    "max_length",
    "json",
    "validation",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
    "max_gap",
    "stop_on_failure",
    "retries",
    "repeat",
    "weight",
    "gates",
];

/// Keys of `gates`, wherever they stand.
pub(crate) const GATES: &[&str] = &[
    "min_success_rate",
    "max_infrastructure_errors",
    "max_flaky",
    "max_duration",
    "max_time_to_first_output",
    "max_gap",
    "max_cost_usd",
    "max_output_tokens",
];

/// Keys of the gates on times.
pub(crate) const PERCENTILES: &[&str] = &["p50", "p95", "p99"];

/// Keys of a pattern that is no plain text.
pub(crate) const PATTERN: &[&str] = &["literal", "word", "regex", "case_sensitive"];

/// Keys of an entry of `count`.
pub(crate) const COUNT: &[&str] = &[
    "literal",
    "word",
    "regex",
    "case_sensitive",
    "at_least",
    "at_most",
];

/// Keys of an entry of `within`.
pub(crate) const WITHIN: &[&str] = &[
    "literal",
    "word",
    "regex",
    "case_sensitive",
    "after",
    "limit",
];

/// Keys of an entry of `never_after`.
pub(crate) const NEVER_AFTER: &[&str] = &["literal", "word", "regex", "case_sensitive", "after"];

/// Keys of an entry of `json`.
pub(crate) const JSON: &[&str] = &["path", "type", "equals", "schema"];

/// Keys of `validation` with the type `json`.
pub(crate) const VALIDATION_JSON: &[&str] = &["type", "schema", "expected_answer"];

/// Keys of `validation` with the type `content_check`.
pub(crate) const VALIDATION_CONTENT: &[&str] = &["type", "min_length", "must_contain"];

/// Keys of `validation` with the type `code_validation`.
pub(crate) const VALIDATION_CODE: &[&str] = &["type", "language", "must_contain", "executable"];

/// Every key of `validation`, to look at its type first.
pub(crate) const VALIDATION: &[&str] = &[
    "type",
    "schema",
    "expected_answer",
    "min_length",
    "must_contain",
    "language",
    "executable",
];

/// Keys of `retries` that are no plain number.
pub(crate) const RETRIES: &[&str] = &["max", "on", "retry_on", "pause"];

/// Keys of `repeat`.
pub(crate) const REPEAT: &[&str] = &["min", "max", "success_rate", "confidence"];
