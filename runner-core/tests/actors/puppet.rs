//! An executor that lives in the test.

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, ExitStatus, Findings, Health, LocalBoxFuture,
    OutputJoin, StreamEvent, StreamStats, Transport, TransportError,
};
use tokio::{sync::Notify, time::Instant};

/// When the first command is to come back that is to come back later.
pub(crate) const LATER: Duration = Duration::from_secs(7);

/// More refusals than any test is to meet.
const REFUSALS: usize = 1000;

/// An executor that lives in the test. Commands are instructions to it; probes for
/// leftovers hang.
#[derive(Default)]
pub(crate) struct Puppet {
    pub(crate) healthy: bool,
    /// When it is away although it is healthy.
    pub(crate) away: Option<Range<Instant>>,
    /// With what questions for its health after the first are held up.
    pub(crate) held: Option<Rc<HeldHealth>>,
    pub(crate) commands: Rc<RefCell<Vec<String>>>,
    /// When each command came.
    pub(crate) began: Rc<RefCell<Vec<Instant>>>,
    pub(crate) hanging: Rc<Notify>,
    pub(crate) cancelled: Rc<Notify>,
}

/// Holds up questions for an executor's health.
#[derive(Default)]
pub(crate) struct HeldHealth {
    questions: Cell<usize>,
    /// A question was asked that is held up.
    pub(crate) asked: Notify,
    /// It may be answered.
    pub(crate) answer: Notify,
}

struct PuppetStream {
    events: Vec<StreamEvent<'static>>,
    current: Option<StreamEvent<'static>>,
    hang: bool,
    panic: bool,
    findings: Findings,
    stats: StreamStats,
    hanging: Rc<Notify>,
    cancelled: Rc<Notify>,
}

impl Transport for Puppet {
    fn endpoint(&self) -> &str {
        "puppet"
    }

    fn check_health(&self, _: Duration) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        Box::pin(async {
            if let Some(held) = &self.held
                && held.questions.replace(held.questions.get() + 1) > 0
            {
                held.asked.notify_one();
                held.answer.notified().await;
            }
            let now = Instant::now();
            let is_away = self.away.as_ref().is_some_and(|away| away.contains(&now));
            if self.healthy && !is_away {
                Ok(Health {
                    body: "fine".into(),
                    latency: Duration::ZERO,
                })
            } else {
                Err(TransportError::NoAnswer { reused: false })
            }
        })
    }

    fn execute(
        &self,
        request: ExecuteRequest,
        _: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        // What it carries to be found again is no part of what it was told.
        let marked = request.command.strip_prefix("export GAUNTLET_EXECUTION=");
        let command = marked.and_then(|marked| marked.split_once("; "));
        let command = command.map_or(&*request.command, |(_, command)| command);
        self.commands.borrow_mut().push(command.into());
        self.began.borrow_mut().push(Instant::now());
        if command == "panic at once" {
            panic!("as told");
        }
        if command == "refuse" {
            // Whoever is refused so often does not let any time pass by itself.
            if self.commands.borrow().len() > REFUSALS {
                return Box::pin(std::future::pending());
            }
            return Box::pin(async { Err(TransportError::NoAnswer { reused: false }) });
        }
        if command == "come back later" && self.commands.borrow().len() == 1 {
            let refusal = TransportError::Status {
                status: 429,
                body: String::new(),
                retry_after: Some(LATER),
            };
            return Box::pin(async { Err(refusal) });
        }
        let is_cleanup = command.contains("/proc/");
        let code = if command.starts_with("command -v") {
            127
        } else {
            0
        };
        let complete = StreamEvent::Complete {
            exit: ExitStatus::Code(code),
        };
        let stream = PuppetStream {
            events: vec![
                complete,
                StreamEvent::Output {
                    data: "hello",
                    channel: None,
                },
            ],
            current: None,
            hang: command == "hang" || is_cleanup,
            panic: command == "panic in the stream",
            findings: Findings::default(),
            stats: StreamStats::default(),
            hanging: Rc::clone(&self.hanging),
            cancelled: Rc::clone(&self.cancelled),
        };
        Box::pin(async { Ok(Box::new(stream) as _) })
    }
}

impl EventStream for PuppetStream {
    fn poll_advance(&mut self, _: &mut Context<'_>) -> Poll<Result<bool, TransportError>> {
        assert!(!self.panic, "as told");
        if self.hang {
            self.hanging.notify_one();
            return Poll::Pending;
        }
        self.current = self.events.pop();
        Poll::Ready(Ok(self.current.is_some()))
    }

    fn event(&self) -> Option<StreamEvent<'_>> {
        self.current
    }

    fn has_buffered(&self) -> bool {
        false
    }

    fn output_join(&self) -> OutputJoin {
        OutputJoin::Lines
    }

    fn findings(&self) -> &Findings {
        &self.findings
    }

    fn stats(&self) -> &StreamStats {
        &self.stats
    }

    fn cancel(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        self.cancelled.notify_one();
        Box::pin(std::future::ready(()))
    }
}
