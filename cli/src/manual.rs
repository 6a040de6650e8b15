//! What shells and `man` need to know of the command line. It is made of the command line itself, so that
//! it cannot be out of date.

use std::io::{self, ErrorKind, Write as _};

use clap::CommandFactory as _;

use crate::{
    args::{Cli, CompletionsArgs, ManArgs},
    error::CliError,
    exit::Exit,
};

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    clap_complete::generate(args.shell, &mut command, "gauntlet", &mut script);
    print(&script)
}

/// Prints the manual page, or writes one for each command.
pub(crate) fn man(args: &ManArgs) -> Result<Exit, CliError> {
    if let Some(folder) = &args.out {
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
        return match written {
            Ok(()) => Ok(Exit::Success),
            Err(source) => Err(CliError::Report {
                path: folder.clone(),
                source,
            }),
        };
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(CliError::Output)?;
    print(&page)
}

fn print(bytes: &[u8]) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Whoever has left has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(Exit::Success),
    }
}
