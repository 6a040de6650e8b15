//! Chores of this repository, as `cargo run --release -p xtask -- CHORE`.
//!
//! So far there is one: `bench`, which measures the built program from outside, as a process among
//! processes. It prints and asserts nothing about time: a shared machine is slow for reasons of its own.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing what was measured is all this program is for"
)]

mod bench;
mod error;
mod measure;
mod nginx;
mod processors;
mod statistics;
mod table;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bench::Benchmark;

/// Chores of this repository.
#[derive(Debug, Parser)]
#[command(name = "xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Measure the program against plain tools and print the ratios
    Bench {
        /// Which benchmarks; all of them when none is named
        #[arg(value_name = "NAME")]
        names: Vec<Benchmark>,
    },
}

fn main() -> ExitCode {
    match Cli::parse().chore {
        Chore::Bench { names } => bench::run(&names),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
