//! Black-box tests: the real program, its exit codes, its files, its words.

mod cleanup;
mod differential;
mod exit_codes;
mod fault_matrix;
mod hostile_output;
mod judging;
mod logs;
mod lost_streams;
mod machine_records;
mod many_cases;
mod secrets;
mod selection;
mod serve;
mod served_faults;
mod settings;
mod shipped_suite;
mod signals;
mod support;
mod terminal;
mod verify;
