//! `gauntlet`: the program. It wires arguments, settings, actors, signals and the terminal together and
//! maps what happened to an exit code; everything else lives in the crates it depends on.
mod args;
mod block;
mod bundles;
mod cassettes;
mod children;
mod dashboard;
mod error;
mod executor;
mod exit;
mod flags;
mod gate;
mod host;
mod interrupt;
mod ledger;
mod live;
mod load;
mod logging;
mod manual;
mod merge;
mod progress;
mod records;
mod replay;
mod report;
mod run;
mod schema;
mod serve;
mod service;
mod session;
mod settings;
mod shard;
mod show_settings;
mod soak;
mod start_at;
mod streams;
mod telemetry;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, error::ErrorKind};

use crate::{
    args::{Cli, Command},
    exit::Exit,
};

/// Reads the command line.
fn parse() -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches()?;
    match args::contradiction(&matches) {
        Some(error) => Err(error),
        None => Cli::from_arg_matches(&matches),
    }
}

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be done about a terminal that went away.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Success,
                _ => Exit::Usage,
            }
            .into();
        }
    };
    let result = match &cli.command {
        Command::Run(args) if args.verify_only => verify::verify(&cli.common, &args.suites, &[]),
        Command::Run(args) => run::run(&cli.common, args),
        Command::Soak(args) => soak::soak(&cli.common, args),
        Command::Load(args) => load::load(&cli.common, args),
        Command::Verify(args) => verify::verify(&cli.common, &args.suites, &args.deny),
        Command::Serve(args) => serve::serve(&cli.common, args),
        Command::Replay(args) => replay::replay(&cli.common, args),
        Command::History(args) => ledger::history::history(&cli.common, args),
        Command::Show(args) => ledger::show::show(&cli.common, args),
        Command::Compare(args) => ledger::compare::compare(&cli.common, args),
        Command::Graduation(args) => ledger::graduation::graduation(&cli.common, args),
        Command::Report(args) => ledger::report::report(&cli.common, args),
        Command::Merge(args) => merge::merge(&cli.common, args),
        Command::Dashboard(args) => dashboard::of_records(&cli.common, args),
        Command::Schema(args) => schema::schema(args.subject),
        Command::Settings(args) => show_settings::show(&cli.common, args),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::man(args),
    };
    let exit = result.unwrap_or_else(|error| {
        let exit = error.exit();
        error.show();
        exit
    });
    exit.into()
}
