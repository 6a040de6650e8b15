//! Black-box tests: the real program, its exit codes, its files, its words.

mod bundles;
mod cleanup;
mod dashboard;
mod differential;
mod exit_codes;
mod fault_matrix;
mod hostile_output;
mod judging;
mod ledger_commands;
mod logs;
mod lost_streams;
mod machine_records;
mod many_cases;
#[cfg(feature = "otlp")]
mod otlp;
mod replayed;
mod secrets;
mod selection;
mod serve;
mod served_faults;
mod service_unit;
mod settings;
mod shipped_suite;
mod signals;
mod soak;
mod soak_drift;
mod soak_kills;
mod soak_ledger;
mod soak_outages;
mod soak_resume;
mod soak_service;
mod support;
mod terminal;
mod verify;
