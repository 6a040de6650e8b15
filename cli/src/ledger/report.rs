//! `gauntlet report`: a report made again, from a JSON report or of a run in the ledger.

use std::{
    fs::File,
    io::{self, BufWriter, ErrorKind, Read as _, Write as _},
    path::Path,
};

use reporter_json::MAX_REPORT_BYTES;
use reporter_md::MAX_STEP_SUMMARY_BYTES;
use run_ledger::RunSelector;

use super::{OpenLedger, Recorded, recorded};
use crate::{
    args::{CommonArgs, ReportArgs, ReportFormat, ReportTarget},
    error::CliError,
    exit::Exit,
    report::{self, Document},
};

/// Makes a report. How its run ended does not decide over the exit code: it was asked for, and is made.
pub(crate) fn report(common: &CommonArgs, args: &ReportArgs) -> Result<Exit, CliError> {
    let path = Path::new(&args.source);
    if is_file(path) {
        let read = read(path)?;
        write(args, &Document::of_report(&read))?;
    } else {
        let ledger = OpenLedger::open(common, &args.ledger)?;
        let selector: RunSelector = match args.source.parse() {
            Ok(selector) => selector,
            Err(never) => match never {},
        };
        match recorded(&ledger.reader, &selector)? {
            Recorded::Run(run) => write(args, &Document::recorded(&run))?,
            Recorded::Load(results) => {
                if !args.format.is_of_load() {
                    let format = args.format.as_str();
                    return Err(CliError::ReportOfLoad { format });
                }
                write(args, &Document::of_load(&results, None))?;
            }
        }
    }
    Ok(Exit::Success)
}

/// Whether a source is a report, by its name: no run has such a one.
fn is_file(source: &Path) -> bool {
    source
        .extension()
        .is_some_and(|extension| extension == "json")
        || source.components().count() > 1
}

fn read(path: &Path) -> Result<reporter_json::Report, CliError> {
    let mut text = Vec::new();
    // One byte more than may be there tells that there is more.
    let opened = File::open(path);
    let all = opened.and_then(|file| file.take(MAX_REPORT_BYTES + 1).read_to_end(&mut text));
    all.map_err(|source| CliError::OpenReport {
        path: path.to_owned(),
        source,
    })?;
    reporter_json::read(&text).map_err(|source| CliError::ReadReport {
        path: path.to_owned(),
        source,
    })
}

fn write(args: &ReportArgs, document: &Document<'_>) -> Result<(), CliError> {
    match &args.output {
        Some(path) => {
            let target = ReportTarget {
                format: args.format,
                path: path.clone(),
            };
            report::write(&target, document)
        }
        None => print(args.format, document),
    }
}

/// A reader of standard output that has left has read enough.
fn print(format: ReportFormat, document: &Document<'_>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = document.write(format, MAX_STEP_SUMMARY_BYTES, &mut out);
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(CliError::Output),
    }
}
