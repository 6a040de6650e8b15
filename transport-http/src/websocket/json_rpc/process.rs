//! What the notifications `process.*` say of a command: its output and its end.

use executor_protocol::{Channel, ExitStatus, FindingCode, NoticeKind};
use serde_json::value::RawValue;

use super::{JsonRpc, Shape};
use crate::websocket::{
    chunks::Chunk,
    wire::{self, ProcessWire},
};

/// The notifications that end an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The command ran to its end; the exit code says how.
    Completed,
    /// It could not be started or followed.
    Failed,
    Canceled,
}

impl JsonRpc {
    pub(super) fn process_output(&mut self, params: Option<&RawValue>) {
        self.has_begun = true;
        let process = self.process(params);
        let data = wire::string(process.data);
        let (channel, chunk) = (process.channel(), process.chunk());
        if data.is_none() || channel.is_none() || chunk.is_err() {
            self.record(FindingCode::MalformedEvent, || {
                params.map_or("", RawValue::get).chars().take(200).collect()
            });
        }
        self.text.push_str(data.as_deref().unwrap_or_default());
        self.output(channel, chunk.unwrap_or_default());
    }

    /// Output whose text was read.
    pub(super) fn output(&mut self, channel: Option<Channel>, chunk: Option<Chunk>) {
        let in_order = match channel {
            Some(Channel::Stdout) => self.stdout.follow(chunk),
            Some(Channel::Stderr) => self.stderr.follow(chunk),
            None => true,
        };
        if !in_order {
            self.record(FindingCode::ChunkOutOfOrder, || format!("{chunk:?}"));
        }
        self.emit(Shape::Output(channel));
    }

    pub(super) fn process_ended(&mut self, params: Option<&RawValue>, ending: Ending) {
        self.has_begun = true;
        let process = self.process(params);
        let exit = match process.exit_code.map(|raw| raw.get().parse::<i32>()) {
            Some(Ok(code)) => ExitStatus::Code(code),
            None if ending != Ending::Completed => ExitStatus::NotReported,
            Some(Err(_)) | None => {
                let raw = process.exit_code.map_or("missing", RawValue::get);
                self.record(FindingCode::BadExitCode, || raw.to_owned());
                ExitStatus::Unusable
            }
        };
        if ending == Ending::Completed {
            self.judge_completion();
        }
        let error = process.error_text();
        let error = error.as_deref().filter(|text| !text.trim().is_empty());
        match (ending, error) {
            (Ending::Canceled, _) if self.cancel_requested => {}
            (Ending::Canceled, error) => {
                self.text.push_str("canceled by the executor");
                if let Some(error) = error {
                    self.text.push_str(": ");
                    self.text.push_str(error);
                }
                self.emit(Shape::Error);
            }
            (Ending::Failed, error) => {
                self.text.push_str(error.unwrap_or("(no message)"));
                self.emit(Shape::Error);
            }
            // The exit code decides: words that go with a failure are words. Words that contradict a
            // success are not to be overlooked.
            (Ending::Completed, Some(error)) => {
                self.text.push_str(error);
                self.emit(match exit {
                    ExitStatus::Code(0) => Shape::Error,
                    _ => Shape::Notice(NoticeKind::Warning),
                });
            }
            (Ending::Completed, None) => {}
        }
        self.emit(Shape::Complete(exit));
    }

    fn judge_completion(&mut self) {
        let (stdout, stderr) = (self.stdout.end(), self.stderr.end());
        if !(stdout && stderr) {
            self.record(FindingCode::ChunkOutOfOrder, || {
                "the last pieces are missing".into()
            });
        }
    }

    /// The parameters of a `process.*` notification.
    fn process<'a>(&mut self, params: Option<&'a RawValue>) -> ProcessWire<'a> {
        ProcessWire::parse(params).unwrap_or_else(|| {
            let raw = params.map_or("", RawValue::get);
            self.record(FindingCode::MalformedEvent, || {
                raw.chars().take(200).collect()
            });
            ProcessWire::default()
        })
    }
}
