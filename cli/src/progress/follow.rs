//! Who shows how a run gets on: a thread of its own that looks at the run at its own pace, so that an attempt
//! costs the same whether somebody watches or not.

use std::{thread, time::Duration};

use tokio::time::Instant;

use super::{
    Detail,
    view::{Subject, View},
};
use crate::{
    block::{self, Ticket},
    live::Live,
};

/// A run that is over sooner shows nothing but its lines.
const FIRST_LOOK: Duration = Duration::from_millis(200);

/// How often the block in a terminal changes.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Where nothing moves, a line about a soak is written this often.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// Shows how a run gets on until it is dropped.
pub(crate) struct Following(Ticket);

impl Following {
    pub(super) fn start(subject: Subject, live: Live, detail: Detail) -> Self {
        let ticket = block::open();
        let shown = match subject {
            _ if detail == Detail::Quiet => None,
            _ if block::is_possible() => Some(Shown::InPlace),
            Subject::Soak(_) => Some(Shown::AsLines),
            // There is a line for each case.
            Subject::Suite => None,
        };
        if let Some(shown) = shown {
            let follower = Follower {
                subject,
                live,
                ticket,
            };
            let thread = thread::Builder::new().name("progress".into());
            // Without it the run goes on all the same.
            if let Err(error) = thread.spawn(move || follower.follow(shown)) {
                tracing::warn!(%error, "nobody shows how the run gets on");
            }
        }
        Self(ticket)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// How it is shown.
enum Shown {
    InPlace,
    AsLines,
}

struct Follower {
    subject: Subject,
    live: Live,
    ticket: Ticket,
}

impl Follower {
    fn follow(&self, shown: Shown) {
        match shown {
            Shown::InPlace => {
                let mut pace = FIRST_LOOK;
                while self.ticket.wait(pace) {
                    pace = LOOK_EVERY;
                    let output = self.live.output.line();
                    let lines = self.view(|view| view.lines(&output, block::width()));
                    self.ticket.show(lines);
                }
            }
            Shown::AsLines => {
                while self.ticket.wait(LINE_EVERY) {
                    self.ticket.say(&self.view(|view| view.line()));
                }
            }
        }
    }

    fn view<T>(&self, look: impl FnOnce(View<'_>) -> T) -> T {
        look(View {
            subject: self.subject,
            run: &self.live.run.snapshot(),
            now: Instant::now(),
        })
    }
}
