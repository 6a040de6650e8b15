//! One thread of the generator.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_rt::task::JoinHandle;
use executor_protocol::Transport;
use runner_core::attempt::Prepared;
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{Instant, interval_at},
};

use super::{
    LoadError, Message, OpenTransport,
    batch::{Counting, Span},
    closed, metronome, open,
    precise_timer::PreciseTimer,
    stop::{Stop, StopFlag},
};
use crate::{
    good::GoodLimits,
    plan::{LoadPlan, Model},
};

/// How often a thread hands over what it counted.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// When a run began, and what counts of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The start of the schedule.
    pub(super) started: Instant,
    /// The end of the warm-up.
    pub(super) counts_from: Instant,
}

impl Clock {
    /// How long after all threads are ready the run begins, so that each of them hears of it in time.
    const LEAD: Duration = Duration::from_millis(5);

    pub(super) fn starting(now: Instant, warmup: Duration) -> Self {
        let started = now + Self::LEAD;
        Self {
            started,
            counts_from: started + warmup,
        }
    }

    /// When the first second is over, in step with those that are counted from the end of the warm-up.
    pub(super) fn first_second(&self) -> Instant {
        let warmup = self.counts_from - self.started;
        let part = Duration::from_nanos(warmup.subsec_nanos().into());
        self.started + if part.is_zero() { SECOND } else { part }
    }

    /// The second in which this moment is, counted from the end of the warm-up.
    fn second(&self, at: Instant) -> Option<u64> {
        Some(at.checked_duration_since(self.counts_from)?.as_secs())
    }
}

/// What all threads have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// How many attempts were begun.
    pub(super) begun: AtomicU64,
}

/// What a thread is given.
pub(super) struct Seat {
    pub(super) thread: usize,
    pub(super) plan: Arc<LoadPlan>,
    pub(super) shared: Arc<Shared>,
    pub(super) open: OpenTransport,
    pub(super) stop: watch::Receiver<Stop>,
    pub(super) begin: watch::Receiver<Option<Clock>>,
    pub(super) messages: mpsc::UnboundedSender<(usize, Message)>,
}

/// What the attempts of a thread have in common.
pub(super) struct Worker {
    pub(super) thread: usize,
    pub(super) plan: Arc<LoadPlan>,
    pub(super) transport: Rc<dyn Transport>,
    pub(super) clock: Clock,
    /// What each case expects, its patterns compiled once.
    pub(super) prepared: Vec<Prepared>,
    pub(super) limits: Vec<GoodLimits>,
    pub(super) stop: StopFlag,
    pub(super) counting: RefCell<Counting>,
    /// When the second began that is counted.
    second_began: Cell<Instant>,
    /// When an attempt ended, for one that waits for that; `None` while none waits.
    freed_at: Cell<Option<Instant>>,
    freed: Notify,
    shared: Arc<Shared>,
    messages: mpsc::UnboundedSender<(usize, Message)>,
}

/// Makes the attempts of one thread.
pub(super) async fn work(mut seat: Seat) {
    // Shows that the thread lives. It is let go of after the last word, also where there is none.
    let _lives = seat.begin.clone();
    let (thread, messages) = (seat.thread, seat.messages.clone());
    // Whoever listens is there until all threads are done, or is not interested any more.
    let say = move |message| drop(messages.send((thread, message)));
    let ways = (seat.open)()
        .map_err(LoadError::Transport)
        .and_then(|transport| Ok((transport, PreciseTimer::new().map_err(LoadError::Timer)?)));
    let (transport, timer) = match ways {
        Ok(ways) => ways,
        Err(error) => return say(Message::Failed(error)),
    };
    say(Message::Ready);
    let begin = seat.begin.wait_for(Option::is_some).await;
    let Some(clock) = begin.ok().and_then(|clock| *clock) else {
        return;
    };
    let (stop, worker) = Worker::seated(seat, transport, clock);
    let mut making = std::pin::pin!(async {
        match &worker.plan.model {
            Model::Closed { .. } => closed::run(&worker).await,
            Model::Open { schedule, .. } => open::run(&worker, schedule, timer).await,
        }
    });
    let mut helping = Helping(vec![
        actix_rt::spawn(Rc::clone(&worker).hand_over()),
        actix_rt::spawn(Rc::clone(&worker).listen(stop)),
    ]);
    helping.0.extend(metronome::start());
    making.as_mut().await;
    drop(helping);
    worker.flush(0.0);
    say(Message::Done);
}

/// What a thread does beside making attempts. It ends with that, also where that panics.
struct Helping(Vec<JoinHandle<()>>);

impl Drop for Helping {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Worker {
    fn seated(
        seat: Seat,
        transport: Rc<dyn Transport>,
        clock: Clock,
    ) -> (watch::Receiver<Stop>, Rc<Self>) {
        let plan = seat.plan;
        let limits = plan.cases.iter();
        let worker = Self {
            thread: seat.thread,
            prepared: plan.cases.iter().map(|it| Prepared::of(it)).collect(),
            limits: limits.map(|it| GoodLimits::of(it, &plan.gates)).collect(),
            counting: RefCell::new(Counting::new(plan.cases.len())),
            plan,
            transport,
            clock,
            stop: StopFlag::default(),
            second_began: Cell::new(clock.started),
            freed_at: Cell::new(None),
            freed: Notify::new(),
            shared: seat.shared,
            messages: seat.messages,
        };
        (seat.stop, Rc::new(worker))
    }

    /// How many attempts are under way.
    pub(super) fn in_flight(&self) -> usize {
        self.counting.borrow().in_flight()
    }

    /// Tells that an attempt has ended, if that is waited for.
    pub(super) fn tell_freed(&self) {
        if self.freed_at.get().is_some() {
            self.freed_at.set(Some(Instant::now()));
            self.freed.notify_one();
        }
    }

    /// Waits until an attempt ends or no more are to be begun, and says when that was.
    pub(super) async fn until_freed(&self) -> Instant {
        self.freed_at.set(Some(Instant::now()));
        self.freed.notified().await;
        self.freed_at.take().unwrap_or(self.clock.started)
    }

    /// The number of the next attempt, counted from zero; `None` if there is to be none.
    pub(super) fn next_number(&self) -> Option<u64> {
        let number = self.shared.begun.fetch_add(1, Ordering::Relaxed);
        let most = self.plan.limits.attempts;
        most.is_none_or(|most| number < most).then_some(number)
    }

    /// Whether it is too late to begin an attempt.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let lasts = self.plan.limits.duration;
        self.stop.is_set() || lasts.is_some_and(|lasts| now - self.clock.started >= lasts)
    }

    async fn listen(self: Rc<Self>, mut stop: watch::Receiver<Stop>) {
        let told = stop.wait_for(|stop| *stop == Stop::Now).await;
        // Who could tell is gone: nobody wants to know what comes of it.
        drop(told);
        self.stop.set();
        self.freed.notify_one();
    }

    /// Hands over what was counted, once a second.
    async fn hand_over(self: Rc<Self>) {
        let mut ticks = interval_at(self.clock.first_second(), SECOND);
        let mut busy = BusyMeter::new();
        loop {
            ticks.tick().await;
            self.flush(busy.share());
        }
    }

    fn flush(&self, busy: f64) {
        let now = Instant::now();
        let span = Span {
            second: self.clock.second(self.second_began.replace(now)),
            next: self.clock.second(now),
        };
        let batch = self.counting.borrow_mut().take(span, busy);
        let message = Message::Batch(Box::new(batch));
        drop(self.messages.send((self.thread, message)));
    }
}

/// Measures the share of its time in which this thread is busy.
struct BusyMeter {
    latest: Instant,
    latest_cpu: Duration,
}

impl BusyMeter {
    fn new() -> Self {
        Self {
            latest: Instant::now(),
            latest_cpu: thread_cpu(),
        }
    }

    /// The share since it was asked before.
    fn share(&mut self) -> f64 {
        let (now, cpu) = (Instant::now(), thread_cpu());
        let span = now - std::mem::replace(&mut self.latest, now);
        let took = cpu.saturating_sub(std::mem::replace(&mut self.latest_cpu, cpu));
        if span.is_zero() {
            return 0.0;
        }
        took.as_secs_f64() / span.as_secs_f64()
    }
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
