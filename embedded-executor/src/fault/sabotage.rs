//! What a fault makes of the events of one execution.
//!
//! A front that finds an execution struck hands its output and its end over ([`Sabotage::output`],
//! [`Sabotage::end`]) and takes what comes back ([`Sabotage::poll_part`]) instead of what it would have
//! sent. Deciding what is sent needs no clock; only the pauses between do.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use executor_protocol::Channel;
use tokio::time::Sleep;

use super::{Fault, spec::FaultKind};
use crate::{
    framing::{Ending, Event, ExitCode, Framing},
    process::{Batch, End, OutputLine, Problem},
};

/// What a stream of nothing but signs of life waits between two of them.
const HEARTBEAT_PAUSE: Duration = Duration::from_millis(50);

/// How long a connection that is about to be broken is left alone first. What was written before has to
/// leave the buffers, of which nobody tells when they are empty.
const SETTLE_PAUSE: Duration = Duration::from_millis(50);

/// What endless faults send at a time.
const ENDLESS_BYTES: usize = 32 * 1024;

/// A fault at work on one execution.
#[derive(Debug)]
pub(crate) struct Sabotage {
    fault: Fault,
    /// Events that were let pass.
    passed: u64,
    /// Whether nothing that the command says is told any more.
    is_over: bool,
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// One thing to do. Of those of one batch, all are made at once; the queue is as bounded as a batch.
#[derive(Debug)]
enum Step {
    Send(Vec<u8>),
    SendPartly(Vec<u8>),
    Wait(Duration),
    /// These bytes again and again, with a pause before each time.
    Repeat(Vec<u8>, Duration),
    /// These bytes one by one, with a pause before each; those before the place were sent.
    Drip(Vec<u8>, usize, Duration),
    Break(Break),
    /// Nothing, for ever.
    Silence,
}

/// What a front is to do.
#[derive(Debug)]
pub(crate) enum Part {
    Send(Vec<u8>),
    /// To send these bytes in a chunk or a frame that is longer.
    SendPartly(Vec<u8>),
    Break(Break),
}

/// How the stream ends.
#[derive(Debug)]
pub(crate) enum Break {
    /// As if all had been said.
    End,
    /// As far as the connection goes, properly; for a WebSocket with this code.
    Close(u16),
    /// With the connection, whatever was left unfinished.
    Abort,
    /// With a reset.
    Reset,
}

impl Sabotage {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            passed: 0,
            is_over: false,
            steps: VecDeque::new(),
            pause: None,
        }
    }

    /// Whether not even an answer is given.
    pub(crate) fn withholds_answer(&self) -> bool {
        self.fault.kind == FaultKind::Hang && self.fault.after == 0
    }

    /// Whether a chunk will be left unfinished.
    pub(crate) fn breaks_chunk(&self) -> bool {
        self.fault.kind == FaultKind::FinInChunk
    }

    /// Takes what the command printed.
    pub(crate) fn output(&mut self, framing: &Framing, batch: &Batch) {
        for line in batch.lines() {
            self.event(framing, &Event::Output(line));
        }
    }

    /// Takes the command's end.
    pub(crate) fn end(&mut self, framing: &Framing, end: &End) {
        let problem = end.problem.as_ref().map(Problem::to_string);
        let ending = Ending {
            exit_code: ExitCode::Number(end.exit_code),
            problem: problem.as_deref(),
            is_canceled: matches!(end.problem, Some(Problem::Canceled)),
        };
        let terminal = Event::Ended(ending);
        let is_web_socket = matches!(framing, Framing::JsonRpc(_));
        match self.fault.kind {
            FaultKind::DropTerminal => return self.stop(Break::Close(1000)),
            FaultKind::DuplicateTerminal => {
                self.send(framing, &terminal);
                self.send(framing, &terminal);
            }
            FaultKind::EventAfterTerminal => {
                self.send(framing, &terminal);
                self.send(framing, &output("said after the end"));
            }
            FaultKind::ExitCode(form) => {
                let exit_code = match form {
                    ExitCode::Text(_) => ExitCode::Text(end.exit_code),
                    other => other,
                };
                self.send(
                    framing,
                    &Event::Ended(Ending {
                        exit_code,
                        ..ending
                    }),
                );
            }
            FaultKind::TimeoutMasked => {
                for channel in [Channel::Stdout, Channel::Stderr] {
                    let line = OutputLine {
                        channel,
                        text: "\n[Stream timed out after 1s]",
                        is_ended: true,
                    };
                    self.send(framing, &Event::Output(line));
                }
                let success = Ending {
                    exit_code: ExitCode::Number(0),
                    problem: None,
                    is_canceled: false,
                };
                self.send(framing, &Event::Ended(success));
            }
            // It would be terminal there, so that it takes the end's place.
            FaultKind::ErrorEvent if is_web_socket => self.send(framing, &INJECTED),
            _ => self.event(framing, &terminal),
        }
        self.stop(Break::End);
    }

    /// Lets an event pass, or strikes at it.
    fn event(&mut self, framing: &Framing, event: &Event<'_>) {
        if self.is_over {
            return;
        }
        let passed = self.passed;
        self.passed += 1;
        if passed < self.fault.after {
            return self.send(framing, event);
        }
        let is_first = passed == self.fault.after;
        match self.fault.kind {
            FaultKind::Hang => {
                self.is_over = true;
                self.steps.push_back(Step::Silence);
            }
            FaultKind::Reset => self.stop_settled(Break::Reset),
            FaultKind::FinInChunk => {
                let mut bytes = written(framing, event);
                bytes.truncate(bytes.len() / 2);
                self.steps.push_back(Step::SendPartly(bytes));
                self.stop_settled(Break::Abort);
            }
            FaultKind::CutLine => {
                let cut = framing.rewrite(&written(framing, event), |payload| {
                    payload.truncate(payload.len() / 2);
                });
                self.steps.push_back(Step::Send(cut));
                self.stop(Break::Close(1000));
            }
            FaultKind::CutUtf8 if is_first => self.torn(framing, event),
            FaultKind::Delay(pause) if is_first => {
                self.steps.push_back(Step::Wait(pause));
                self.send(framing, event);
            }
            FaultKind::Drip(pause) => {
                let bytes = written(framing, event);
                self.steps.push_back(Step::Drip(bytes, 0, pause));
            }
            FaultKind::HeartbeatsOnly => {
                let heartbeat = written(framing, &Event::Heartbeat);
                self.repeat(heartbeat, HEARTBEAT_PAUSE);
            }
            FaultKind::ErrorEvent if is_first && !matches!(framing, Framing::JsonRpc(_)) => {
                self.send(framing, &INJECTED);
                self.send(framing, event);
            }
            FaultKind::EndlessLine => {
                let (begin, more) = framing.endless_line(ENDLESS_BYTES);
                self.steps.push_back(Step::Send(begin));
                self.repeat(more, Duration::ZERO);
            }
            FaultKind::Flood => {
                let mut lines = Vec::new();
                while lines.len() < ENDLESS_BYTES {
                    framing.write(&mut lines, &output("one of far too many lines"));
                }
                self.repeat(lines, Duration::ZERO);
            }
            FaultKind::WsClose(code) => self.stop(Break::Close(code)),
            _ => self.send(framing, event),
        }
    }

    /// Sends an output event with half a character at the end of its text.
    fn torn(&mut self, framing: &Framing, event: &Event<'_>) {
        let Event::Output(line) = *event else {
            return self.send(framing, event);
        };
        let text = format!("{}\u{20ac}", line.text);
        let whole = Event::Output(OutputLine {
            text: &text,
            ..line
        });
        let torn = framing.rewrite(&written(framing, &whole), |payload| {
            let character = "\u{20ac}".as_bytes();
            if let Some(start) = memchr::memmem::rfind(payload, character) {
                payload.remove(start + character.len() - 1);
            }
        });
        self.steps.push_back(Step::Send(torn));
    }

    fn send(&mut self, framing: &Framing, event: &Event<'_>) {
        self.steps.push_back(Step::Send(written(framing, event)));
    }

    fn repeat(&mut self, bytes: Vec<u8>, pause: Duration) {
        self.is_over = true;
        self.steps.push_back(Step::Repeat(bytes, pause));
    }

    fn stop(&mut self, how: Break) {
        if !self.is_over {
            self.is_over = true;
            self.steps.push_back(Step::Break(how));
        }
    }

    fn stop_settled(&mut self, how: Break) {
        self.steps.push_back(Step::Wait(SETTLE_PAUSE));
        self.stop(how);
    }

    /// What is to be done next; `None` when the command has to say more first.
    pub(crate) fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Part>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
                match self.steps.front_mut() {
                    Some(Step::Repeat(bytes, _)) => {
                        return Poll::Ready(Some(Part::Send(bytes.clone())));
                    }
                    Some(Step::Drip(bytes, at, _)) if *at < bytes.len() => {
                        let byte = bytes[*at];
                        *at += 1;
                        return Poll::Ready(Some(Part::Send(vec![byte])));
                    }
                    _ => drop(self.steps.pop_front()),
                }
                continue;
            }
            let pause = match self.steps.front() {
                None => return Poll::Ready(None),
                Some(Step::Repeat(bytes, Duration::ZERO)) => {
                    return Poll::Ready(Some(Part::Send(bytes.clone())));
                }
                Some(Step::Wait(pause) | Step::Repeat(_, pause) | Step::Drip(_, _, pause)) => {
                    *pause
                }
                Some(Step::Silence) => return Poll::Pending,
                Some(Step::Send(_) | Step::SendPartly(_) | Step::Break(_)) => {
                    return Poll::Ready(self.steps.pop_front().and_then(Step::into_part));
                }
            };
            self.pause = Some(Box::pin(tokio::time::sleep(pause)));
        }
    }
}

impl Step {
    /// What it is for a front that has not to be asked again for the rest of it.
    fn into_part(self) -> Option<Part> {
        match self {
            Self::Send(bytes) => Some(Part::Send(bytes)),
            Self::SendPartly(bytes) => Some(Part::SendPartly(bytes)),
            Self::Break(how) => Some(Part::Break(how)),
            Self::Wait(_) | Self::Repeat(..) | Self::Drip(..) | Self::Silence => None,
        }
    }
}

const INJECTED: Event<'static> = Event::Error("injected by a fault");

fn output(text: &str) -> Event<'_> {
    Event::Output(OutputLine {
        channel: Channel::Stdout,
        text,
        is_ended: true,
    })
}

fn written(framing: &Framing, event: &Event<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    framing.write(&mut bytes, event);
    bytes
}
