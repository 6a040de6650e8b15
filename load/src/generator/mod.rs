//! Makes the attempts of a run of load in several threads: the only folder of this crate that names actix.
//!
//! Each thread has an event loop and a transport of its own, and counts for itself. Once a second it hands
//! over what it counted, so that no attempt waits for a lock, and memory does not grow with their number.

mod attempts;
mod batch;
mod closed;
mod gathering;
mod metronome;
mod open;
mod precise_timer;
mod seconds;
mod stop;
mod worker;

use std::{future::Future, io, rc::Rc, sync::Arc, time::Duration};

use actix_rt::Arbiter;
use executor_protocol::Transport;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, interval_at},
};

use crate::{live::Watched, measured::Measured, plan::LoadPlan, results::LoadEnd, series::Second};

use self::{
    batch::Batch,
    gathering::Gathering,
    stop::Stop,
    worker::{Clock, SECOND, Shared},
};

/// Opens the way to the executor, in the thread that uses it.
pub type OpenTransport = Arc<dyn Fn() -> Result<Rc<dyn Transport>, OpenError> + Send + Sync>;

/// Why there is no way to the executor.
pub type OpenError = Box<dyn std::error::Error + Send + Sync>;

/// Why no load was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A thread has no way to the executor.
    #[error("a thread cannot set up its way to the executor")]
    Transport(#[source] OpenError),
    /// A thread has no timer.
    #[error("a thread cannot set up its timer")]
    Timer(#[source] io::Error),
    /// A thread ended before it began.
    #[error("a thread was lost before it began")]
    Thread,
}

/// What a thread says.
enum Message {
    /// It is ready to begin.
    Ready,
    /// It cannot begin.
    Failed(LoadError),
    /// What it counted since the last time.
    Batch(Box<Batch>),
    /// It has nothing more to do.
    Done,
}

/// How long after the end of each second a watcher is told, so that all threads have handed it over.
const TELL_AFTER: Duration = Duration::from_millis(50);

/// What came of the generation of load.
#[derive(Debug)]
pub struct Generated {
    /// What was measured.
    pub measured: Measured,
    /// The seconds of it that nobody was told of while it went on: the last ones.
    pub seconds: Vec<Second>,
    /// How long it took, with the warm-up.
    pub elapsed: Duration,
    /// How it ended.
    pub end: LoadEnd,
}

impl Generated {
    /// What comes of no generation at all, which ended so.
    #[must_use]
    pub fn nothing(end: LoadEnd) -> Self {
        Self {
            measured: Measured::default(),
            seconds: Vec::new(),
            elapsed: Duration::ZERO,
            end,
        }
    }
}

/// Generates the load of `plan`, and comes back when the last attempt has ended.
///
/// When `interrupted` resolves, the attempts that are under way are ended, and count as cancelled. `watch`
/// is told once a second how it goes. It needs to be called within an actix system.
///
/// # Errors
/// When a thread cannot begin.
pub async fn run(
    plan: &Arc<LoadPlan>,
    open: &OpenTransport,
    interrupted: impl Future<Output = ()>,
    watch: &mut dyn FnMut(&Watched<'_>),
) -> Result<Generated, LoadError> {
    Crew::start(plan, open)
        .drive(plan, interrupted, watch)
        .await
}

/// The threads of a run.
struct Crew {
    arbiters: Vec<Arbiter>,
    stop: watch::Sender<Stop>,
    begin: watch::Sender<Option<Clock>>,
    messages: mpsc::UnboundedReceiver<(usize, Message)>,
}

impl Crew {
    fn start(plan: &Arc<LoadPlan>, open: &OpenTransport) -> Self {
        let (stop, _) = watch::channel(Stop::No);
        let (begin, _) = watch::channel(None);
        let (sender, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        let arbiters = (0..plan.useful_threads()).map(|thread| {
            let arbiter = Arbiter::new();
            let seat = worker::Seat {
                thread,
                plan: Arc::clone(plan),
                shared: Arc::clone(&shared),
                open: Arc::clone(open),
                stop: stop.subscribe(),
                begin: begin.subscribe(),
                messages: sender.clone(),
            };
            // A thread that is gone already shows itself by its silence.
            arbiter.spawn_fn(move || {
                actix_rt::spawn(worker::work(seat));
            });
            arbiter
        });
        Self {
            arbiters: arbiters.collect(),
            stop,
            begin,
            messages,
        }
    }

    async fn drive(
        mut self,
        plan: &LoadPlan,
        interrupted: impl Future<Output = ()>,
        watch: &mut dyn FnMut(&Watched<'_>),
    ) -> Result<Generated, LoadError> {
        let ready = self.until_ready().await;
        let ended = match ready {
            Ok(()) => Ok(self.gather(plan, interrupted, watch).await),
            Err(error) => Err(error),
        };
        for arbiter in &self.arbiters {
            arbiter.stop();
        }
        for arbiter in self.arbiters {
            // One that panicked has shown that by its silence.
            let _ = arbiter.join();
        }
        ended
    }

    async fn until_ready(&mut self) -> Result<(), LoadError> {
        let mut ready = 0;
        while ready < self.arbiters.len() {
            match self.messages.recv().await {
                Some((_, Message::Ready)) => ready += 1,
                Some((_, Message::Failed(error))) => return Err(error),
                Some(_) => {}
                None => return Err(LoadError::Thread),
            }
        }
        Ok(())
    }

    async fn gather(
        &mut self,
        plan: &LoadPlan,
        interrupted: impl Future<Output = ()>,
        watch: &mut dyn FnMut(&Watched<'_>),
    ) -> Generated {
        let clock = Clock::starting(Instant::now(), plan.warmup);
        self.begin.send_replace(Some(clock));
        let mut gathering = Gathering::new(plan, clock, self.arbiters.len());
        let mut interrupted = std::pin::pin!(interrupted);
        let mut is_interrupted = false;
        let mut ticks = interval_at(clock.first_second() + TELL_AFTER, SECOND);
        while gathering.busy_threads() > 0 {
            tokio::select! {
                biased;
                message = self.messages.recv() => match message {
                    Some((thread, message)) => gathering.hear(thread, message),
                    None => break,
                },
                () = &mut interrupted, if !is_interrupted => {
                    is_interrupted = true;
                    gathering.interrupt();
                    self.stop.send_replace(Stop::Now);
                }
                _ = ticks.tick() => {
                    let live = gathering.look(plan);
                    let seconds = gathering.take_seconds();
                    watch(&Watched {
                        live: &live,
                        measured: gathering.measured(),
                        seconds: &seconds,
                    });
                    if gathering.has_lost_executor(plan.max_outage) {
                        self.stop.send_replace(Stop::Now);
                    }
                    if self.has_lost_thread(&mut gathering) {
                        break;
                    }
                }
            }
        }
        gathering.finish()
    }

    /// Whether a thread is gone that has not said that it is done.
    fn has_lost_thread(&mut self, gathering: &mut Gathering) -> bool {
        let living = self.begin.receiver_count();
        // Each lets go of its receiver after its last word, so that those of the ones that are gone have come.
        while let Ok((thread, message)) = self.messages.try_recv() {
            gathering.hear(thread, message);
        }
        living < gathering.busy_threads()
    }
}
