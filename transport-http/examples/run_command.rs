//! Runs one command on an executor: its output comes as it is printed, its exit code becomes ours.
//!
//! ```text
//! cargo run -p transport-http --example run_command -- http://localhost:8000 'echo hello'
//! cargo run -p transport-http --example run_command -- --sse http://localhost:8000 'echo hello'
//! cargo run -p transport-http --example run_command -- ws://localhost:8003/ws/mcp 'echo hello'
//! ```
#![allow(clippy::print_stderr, reason = "it is a program")]

use std::io::{self, IsTerminal, Write};
use std::{error::Error, process::ExitCode};

use executor_protocol::{
    Channel, Deadlines, ExecuteRequest, OutputJoin, Severity, StreamEvent, Transport, error_chain,
    next_event,
};
use transport_http::{Dialect, HttpTransport, WebSocketTransport};

/// Our exit code when there is none of the command to pass on.
const NO_RESULT: u8 = 125;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (dialect, url, command) = match *arguments {
        [url, command] => (Dialect::Ndjson, url, command),
        ["--sse", url, command] => (Dialect::Sse, url, command),
        ["--auto", url, command] => (Dialect::Auto, url, command),
        _ => {
            eprintln!("usage: run_command [--sse|--auto] URL COMMAND");
            return ExitCode::from(NO_RESULT);
        }
    };
    // The HTTP client needs tasks that stay on their thread, which this runtime has.
    let result = actix_rt::System::new().block_on(run(dialect, url, command));
    ExitCode::from(result.unwrap_or_else(|error| {
        eprintln!("run_command: {}", error_chain(&*error));
        NO_RESULT
    }))
}

async fn run(dialect: Dialect, url: &str, command: &str) -> Result<u8, Box<dyn Error>> {
    // The scheme says which of the two is spoken; what follows is the same for both.
    let transport: Box<dyn Transport> = if url.starts_with("ws") {
        Box::new(WebSocketTransport::builder(url)?.build()?)
    } else {
        Box::new(HttpTransport::builder(url)?.dialect(dialect).build()?)
    };
    let (command, execution_id) = (command.into(), "run_command".into());
    let request = ExecuteRequest {
        command,
        timeout: None,
        execution_id,
    };
    let mut stream = transport.execute(request, Deadlines::default()).await?;
    let line_end = match stream.output_join() {
        OutputJoin::Lines => "\n",
        OutputJoin::Concat => "",
    };
    let (mut code, mut failed) = (None, false);
    let end = loop {
        match next_event(&mut *stream).await {
            Ok(Some(StreamEvent::Output { data, channel })) => match channel {
                Some(Channel::Stderr) => print(io::stderr(), data, line_end)?,
                Some(Channel::Stdout) | None => print(io::stdout(), data, line_end)?,
            },
            Ok(Some(StreamEvent::Error { message })) => {
                failed = true;
                print(io::stderr(), message, "\n")?;
            }
            Ok(Some(StreamEvent::Complete { exit })) => code = exit.code(),
            Ok(Some(_)) => {}
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    for finding in stream.findings() {
        eprintln!(
            "{}: {}",
            finding.code.severity(),
            finding.code.description()
        );
    }
    end?;
    failed |= stream.findings().worst() == Some(Severity::Error);
    Ok(match code {
        Some(code) if !failed => u8::try_from(code).unwrap_or(u8::MAX),
        _ => NO_RESULT,
    })
}

/// Prints text, but on a terminal not what could drive it: the executor is a stranger.
fn print(mut out: impl Write + IsTerminal, text: &str, line_end: &str) -> io::Result<()> {
    let is_terminal = out.is_terminal();
    let hostile = |c: char| is_terminal && c.is_control() && !matches!(c, '\t' | '\n');
    write!(out, "{}{line_end}", text.replace(hostile, "\u{fffd}"))?;
    out.flush()
}
