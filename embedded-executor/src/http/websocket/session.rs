//! One session: the loop between a client and the command that it runs.
//!
//! The loop never waits for the socket alone. While the client does not read, it still hears a cancel,
//! a ping and the end of the connection; only the command's output stands still.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::web::Data;
use executor_protocol::ExecuteRequest;
use serde_json::{Value, json};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time,
};

use super::{
    super::{Service, body::Abandoned, faults::Socket, refusal::Refusal},
    Outcome,
    incoming::{Broken, Incoming, Received},
    keep_alive::{Due, KeepAlive},
    request::{Call, Control, Request, Unusable},
};
use crate::{
    fault::{Break, Occasion, Part, Sabotage},
    framing::{
        Framing, Process, frame,
        json_rpc::{self, ErrorCode},
    },
    process::{End, Problem, RunningCommand, Update},
};

/// Room for a buffer on its way to the socket.
type Place = mpsc::OwnedPermit<Outcome>;

/// How much may wait to be said before no more requests are read. A client that asks without
/// listening stops itself.
const MAX_WAITING_BYTES: usize = 64 * 1024;

/// How long a client may take for the last words, and to close its side after our close.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Makes the names of sessions, which only have to differ from each other.
static SESSIONS: AtomicU64 = AtomicU64::new(1);

/// A client's connection, and what it runs.
pub(super) struct Session {
    service: Data<Service>,
    incoming: Incoming,
    link: Link,
    keep_alive: KeepAlive,
    execution: Option<Execution>,
    /// For faults.
    handle: Option<Arc<Socket>>,
}

/// The way to the client.
struct Link {
    socket: mpsc::Sender<Outcome>,
    /// Messages that have to be said before any more output.
    waiting: Vec<u8>,
}

/// A command that runs for the client.
struct Execution {
    command: RunningCommand,
    /// The id of the request, while it has no answer.
    request: Option<Value>,
    /// The process, once it runs.
    process: Option<Process>,
    is_canceled: bool,
    sabotage: Option<Box<Sabotage>>,
}

/// What is next in an execution.
enum Next {
    Update(Option<Update>),
    /// What a fault makes of earlier updates.
    Part(Part),
}

/// Why a session ends.
#[derive(Debug)]
enum Ending {
    Close {
        code: u16,
        reason: String,
    },
    /// The connection is broken off, without a close.
    Abort,
    Gone,
}

impl Session {
    pub(super) fn new(
        service: Data<Service>,
        incoming: Incoming,
        socket: mpsc::Sender<Outcome>,
        handle: Option<Arc<Socket>>,
    ) -> Self {
        Self {
            keep_alive: KeepAlive::every(service.ping_interval),
            service,
            incoming,
            link: Link {
                socket,
                waiting: Vec::new(),
            },
            execution: None,
            handle,
        }
    }

    /// Serves the client to its end, if there was a place for it.
    pub(super) async fn run(mut self, place: Option<OwnedSemaphorePermit>) {
        let ending = if place.is_some() {
            let name = SESSIONS.fetch_add(1, Ordering::Relaxed);
            json_rpc::write_connected(&mut self.link.waiting, &format!("session-{name}"));
            self.serve().await
        } else {
            let message = "Session limit exceeded";
            json_rpc::write_error(
                &mut self.link.waiting,
                None,
                ErrorCode::SessionLimit,
                message,
            );
            Ending::policy(message.to_owned())
        };
        // Whatever runs has nobody left to run for.
        self.execution = None;
        tracing::debug!(?ending, "a session ends");
        match ending {
            Ending::Close { code, reason } => {
                frame::write_close(&mut self.link.waiting, code, &reason);
                let _ = time::timeout(CLOSE_LIMIT, self.say_goodbye()).await;
            }
            Ending::Abort => {
                // The connection is only closed once nobody holds it.
                self.handle = None;
                let _ = time::timeout(CLOSE_LIMIT, self.link.socket.send(Err(Abandoned))).await;
            }
            Ending::Gone => {}
        }
    }

    /// The loop. Whatever comes first is dealt with, and every branch can be dropped halfway.
    async fn serve(&mut self) -> Ending {
        let mut closing = self.service.closing.subscribe();
        loop {
            let is_idle = self.execution.is_none();
            let may_ask = self.link.waiting.len() < MAX_WAITING_BYTES;
            let has_words = !self.link.waiting.is_empty();
            let step = tokio::select! {
                biased;
                () = self.link.socket.closed() => return Ending::Gone,
                // Queued answers leave first, so that nothing is said after a closing close.
                sent = flush(&self.link.socket, &mut self.link.waiting), if has_words => sent,
                received = self.incoming.next(), if may_ask => self.receive(received),
                due = self.keep_alive.due() => self.keep_in_touch(&due),
                _ = closing.wait_for(|&closing| closing), if is_idle => Err(Ending::stopping()),
                next = next_output(&self.link.socket, &mut self.execution), if !has_words => {
                    match next {
                        Some((place, Next::Update(update))) => self.pass_on(place, update),
                        Some((place, Next::Part(part))) => self.play(place, part),
                        None => return Ending::Gone,
                    }
                }
            };
            if let Err(ending) = step {
                return ending;
            }
        }
    }

    fn receive(&mut self, received: Result<Received, Broken>) -> Result<(), Ending> {
        match received {
            Ok(Received::Text(text)) => {
                return self.answer(Request::parse(&text));
            }
            Ok(Received::Ping(payload)) => frame::write_pong(&mut self.link.waiting, &payload),
            Ok(Received::Pong) => {}
            Ok(Received::Close) => return Err(Ending::close(1000, String::new())),
            Err(broken) => {
                return Err(match broken.close_code() {
                    Some(code) => Ending::close(code, broken.to_string()),
                    None => Ending::Gone,
                });
            }
        }
        Ok(())
    }

    fn keep_in_touch(&mut self, due: &Due) -> Result<(), Ending> {
        match due {
            // A client that does not read gets no second question before it has read the first.
            Due::Ping if self.link.waiting.is_empty() => {
                json_rpc::write_ping(&mut self.link.waiting);
                Ok(())
            }
            Due::Ping => Ok(()),
            Due::GiveUp => Err(Ending::policy("no pong came".into())),
        }
    }

    fn answer(&mut self, request: Result<Request, Unusable>) -> Result<(), Ending> {
        let out = &mut self.link.waiting;
        match request {
            Err(Unusable { id, code, message }) => {
                json_rpc::write_error(out, id.as_ref(), code, &message);
            }
            Ok(Request { id, call }) => match call {
                Call::Pong => self.keep_alive.answered(),
                Call::Control(control) => self.control(id.as_ref(), control),
                Call::Execute {
                    command,
                    timeout,
                    execution_id,
                } => {
                    let request = ExecuteRequest {
                        command,
                        timeout,
                        execution_id,
                    };
                    return self.execute(id, request);
                }
            },
        }
        Ok(())
    }

    fn execute(&mut self, id: Option<Value>, request: ExecuteRequest) -> Result<(), Ending> {
        let out = &mut self.link.waiting;
        if self.execution.is_some() {
            let message = "A process is already running";
            json_rpc::write_error(out, id.as_ref(), ErrorCode::State, message);
            return Ok(());
        }
        let started = self.service.admit(request).and_then(|command| {
            let occasion = Occasion::WebSocket {
                command: &command.text,
            };
            let fault = self.service.strike(occasion);
            Ok((self.service.start(command)?, fault))
        });
        match started {
            Ok((command, fault)) => {
                self.execution = Some(Execution {
                    command,
                    request: id,
                    process: None,
                    is_canceled: false,
                    sabotage: fault.map(|fault| Box::new(Sabotage::new(fault))),
                });
            }
            Err(refusal) => {
                let (code, message) = words(&refusal);
                json_rpc::write_error(out, id.as_ref(), code, &message);
                if code == ErrorCode::SessionLimit {
                    return Err(Ending::policy(message));
                }
            }
        }
        Ok(())
    }

    fn control(&mut self, id: Option<&Value>, control: Control) {
        let out = &mut self.link.waiting;
        let running = self.execution.as_mut().filter(|it| !it.is_canceled);
        let Some((execution, process)) = running.and_then(|it| it.process.map(|of| (it, of)))
        else {
            json_rpc::write_error(out, id, ErrorCode::State, "No process is running");
            return;
        };
        let state = match control {
            Control::Pause => {
                execution.command.pause();
                "paused"
            }
            Control::Resume => {
                execution.command.resume();
                "resumed"
            }
            Control::Cancel => {
                execution.command.cancel();
                execution.is_canceled = true;
                execution.sabotage = None;
                // That it is canceled is told when nothing of it is left.
                return json_rpc::write_result(out, id, &json!({ "status": "canceled" }));
            }
        };
        json_rpc::write_result(out, id, &json!({ "status": state }));
        json_rpc::write_process_state(out, process.id, state);
    }

    /// Says what the command has to say.
    fn pass_on(&mut self, place: Place, update: Option<Update>) -> Result<(), Ending> {
        let Some(execution) = &mut self.execution else {
            return Ok(());
        };
        match (update, execution.process) {
            (Some(Update::Started(id)), _) if execution.withholds_answer() => {
                execution.process = Some(Process {
                    id,
                    started: Instant::now(),
                });
            }
            (Some(Update::Started(id)), _) => {
                let process = execution.process.insert(Process {
                    id,
                    started: Instant::now(),
                });
                let out = &mut self.link.waiting;
                let result = json!({ "status": "started", "pid": process.id, "pgid": process.id });
                json_rpc::write_result(out, execution.request.take().as_ref(), &result);
                json_rpc::write_process_state(out, process.id, "started");
            }
            (Some(Update::Output(_)), _) if execution.is_canceled => {}
            (Some(Update::Output(batch)), Some(process)) => {
                let framing = Framing::JsonRpc(process);
                match &mut execution.sabotage {
                    Some(sabotage) => sabotage.output(&framing, &batch),
                    None => drop(place.send(Ok(framing.batch(&batch).into()))),
                }
            }
            (Some(Update::Ended(end)), process) => {
                if let (Some(sabotage), Some(process)) = (&mut execution.sabotage, process) {
                    sabotage.end(&Framing::JsonRpc(process), &end);
                    return Ok(());
                }
                let messages = execution.end(end, process);
                self.execution = None;
                place.send(Ok(messages.into()));
            }
            // Output of what never started, or a client that took nothing for so long that its
            // command was given up.
            (Some(Update::Output(_)), None) | (None, _) => {
                return Err(Ending::policy("the output was not read".into()));
            }
        }
        Ok(())
    }

    /// Does what a fault wants done.
    fn play(&mut self, place: Place, part: Part) -> Result<(), Ending> {
        match part {
            Part::Send(bytes) | Part::SendPartly(bytes) => drop(place.send(Ok(bytes.into()))),
            Part::Break(Break::End) => self.execution = None,
            Part::Break(Break::Close(code)) => return Err(Ending::close(code, String::new())),
            Part::Break(Break::Abort) => return Err(Ending::Abort),
            Part::Break(Break::Reset) => {
                if let Some(handle) = &self.handle {
                    handle.reset_at_close();
                }
                return Err(Ending::Abort);
            }
        }
        Ok(())
    }

    /// Says the last words and waits for the client to close, so that they are not lost with it.
    async fn say_goodbye(&mut self) {
        let _ = flush(&self.link.socket, &mut self.link.waiting).await;
        while let Ok(received) = self.incoming.next().await {
            if matches!(received, Received::Close) {
                return;
            }
        }
    }
}

impl Execution {
    fn withholds_answer(&self) -> bool {
        let sabotage = self.sabotage.as_ref();
        sabotage.is_some_and(|sabotage| sabotage.withholds_answer())
    }

    fn end(&mut self, mut end: End, process: Option<Process>) -> Vec<u8> {
        let Some(process) = process else {
            let problem = end.problem.as_ref().map(Problem::to_string);
            let message = problem.as_deref().unwrap_or("the command did not start");
            let mut out = Vec::new();
            json_rpc::write_error(
                &mut out,
                self.request.as_ref(),
                ErrorCode::Internal,
                message,
            );
            return out;
        };
        if self.is_canceled {
            // It may have ended by itself just before. The client was told otherwise.
            end.problem = Some(Problem::Canceled);
        }
        Framing::JsonRpc(process).end(&end)
    }
}

impl Ending {
    fn close(code: u16, reason: String) -> Self {
        Self::Close { code, reason }
    }

    fn policy(reason: String) -> Self {
        Self::close(1008, reason)
    }

    fn stopping() -> Self {
        Self::close(1001, Refusal::Stopping.to_string())
    }
}

/// Hands over what waits, as soon as there is room for it.
async fn flush(socket: &mpsc::Sender<Outcome>, waiting: &mut Vec<u8>) -> Result<(), Ending> {
    let place = socket.reserve().await.map_err(|_| Ending::Gone)?;
    place.send(Ok(std::mem::take(waiting).into()));
    Ok(())
}

/// The next update of the command, with a place for what comes of it: without a place, none is taken.
/// `None` when the client is gone; never resolves while nothing runs.
async fn next_output(
    socket: &mpsc::Sender<Outcome>,
    execution: &mut Option<Execution>,
) -> Option<(Place, Next)> {
    let Some(execution) = execution else {
        return std::future::pending().await;
    };
    let place = socket.clone().reserve_owned().await.ok()?;
    if let Some(sabotage) = &mut execution.sabotage
        && let Some(part) = poll_fn(|cx| sabotage.poll_part(cx)).await
    {
        return Some((place, Next::Part(part)));
    }
    let update = poll_fn(|cx| execution.command.poll_next(cx)).await;
    Some((place, Next::Update(update)))
}

/// A refusal in the words of this dialect.
fn words(refusal: &Refusal) -> (ErrorCode, String) {
    match refusal {
        Refusal::EmptyCommand => (ErrorCode::Command, "Command cannot be empty".into()),
        Refusal::CommandTooLong { .. } | Refusal::NulInCommand => {
            (ErrorCode::Command, refusal.to_string())
        }
        Refusal::Busy { .. } => (ErrorCode::SessionLimit, refusal.to_string()),
        _ => (ErrorCode::Internal, refusal.to_string()),
    }
}
