//! An executor that lives in the test.

use std::{
    cell::RefCell,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, ExitStatus, Findings, Health, LocalBoxFuture,
    OutputJoin, StreamEvent, StreamStats, Transport, TransportError,
};
use tokio::sync::Notify;

/// An executor that lives in the test. Commands are instructions to it.
#[derive(Default)]
pub(crate) struct Puppet {
    pub(crate) healthy: bool,
    pub(crate) commands: Rc<RefCell<Vec<String>>>,
    pub(crate) hanging: Rc<Notify>,
    pub(crate) cancelled: Rc<Notify>,
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
            if self.healthy {
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
        self.commands.borrow_mut().push(request.command.clone());
        if request.command == "panic at once" {
            panic!("as told");
        }
        let code = if request.command.starts_with("command -v") {
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
            hang: request.command == "hang",
            panic: request.command == "panic in the stream",
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
