//! Which pages there are, and what each shows now. It does something only while somebody looks: whoever
//! looks asks, and only the first one in a while makes it draw the page anew.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use runner_core::recorded::RecordedRun;
use tokio::{sync::watch, time::Instant};

use crate::{
    clock::{self, Clock},
    load_feed::FollowedLoad,
    page::{self, LiveView},
    random,
    reading::{Readings, lock},
    source::{Content, Followed, Metrics, SourceError},
    state::{Part, State},
};

/// A page is drawn anew no more often than this.
pub(crate) const DRAWN_EVERY: Duration = Duration::from_secs(1);

/// How long the last state of a run may take to be read.
const LAST_READING: Duration = Duration::from_millis(400);

/// So many pages are kept that nobody looks at.
const KEPT: usize = 32;

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// The run that this process makes.
    Live,
    /// The run of load that this process makes.
    Load,
    /// A run that is recorded.
    Run(u64),
    /// All runs that are recorded.
    List,
}

/// All pages.
pub(crate) struct Hub {
    clock: Clock,
    /// Tells the states of this process from those of another.
    boot: Arc<str>,
    pub(crate) follows: bool,
    followed: Mutex<Option<Followed>>,
    load: Option<FollowedLoad>,
    readings: Option<Readings>,
    pub(crate) metrics: Option<Metrics>,
    feeds: Mutex<HashMap<Subject, Arc<Feed>>>,
}

/// The states of one page, one after the other.
#[derive(Debug)]
pub(crate) struct Feed {
    subject: Subject,
    states: watch::Sender<Arc<State>>,
    drawing: Mutex<Drawing>,
}

/// When a page was drawn, and what of it need not be drawn again.
#[derive(Debug, Default)]
struct Drawing {
    due: Option<Instant>,
    /// What was read, and the parts that are made of nothing else.
    recorded: Option<(Arc<RecordedRun>, Vec<Part>)>,
}

/// A page as it is drawn.
pub(crate) struct Drawn {
    pub(crate) title: String,
    pub(crate) at: String,
    pub(crate) parts: Vec<Part>,
}

impl Hub {
    /// Pages of what `content` has. `follows` says whether this process makes a run, and `load` which run of
    /// load it makes.
    pub(crate) fn new(
        content: Content,
        follows: bool,
        load: Option<FollowedLoad>,
    ) -> io::Result<Self> {
        Ok(Self {
            clock: Clock::now(),
            boot: random::number()?[..8].into(),
            follows,
            followed: Mutex::default(),
            load,
            readings: content.source.map(Readings::new),
            metrics: content.metrics,
            feeds: Mutex::default(),
        })
    }

    /// What the first page is about.
    pub(crate) fn first(&self) -> Subject {
        match (&self.load, self.follows) {
            (Some(_), _) => Subject::Load,
            (None, true) => Subject::Live,
            (None, false) => Subject::List,
        }
    }

    pub(crate) fn follow(&self, run: Followed) {
        *lock(&self.followed) = Some(run);
    }

    /// Whether there is a list of runs.
    pub(crate) fn has_list(&self) -> bool {
        self.readings.is_some()
    }

    /// The page about `subject`, with what it shows now; `None` if there is none.
    pub(crate) async fn page(&self, subject: Subject) -> Option<(Arc<Feed>, Arc<State>)> {
        let is_there = match (subject, &self.readings) {
            (Subject::Live, readings) => {
                let id = lock(&self.followed).as_ref().and_then(|run| run.id);
                if let (Some(readings), Some(id)) = (readings, id) {
                    readings.run(id).settle().await;
                }
                self.follows
            }
            (Subject::Load, _) => self.load.is_some(),
            (_, None) => false,
            (Subject::List, Some(readings)) => {
                readings.list().settle().await;
                true
            }
            (Subject::Run(id), Some(readings)) => {
                let reading = readings.run(id);
                reading.settle().await;
                let known = reading.latest();
                known.value.is_some() || known.trouble != Some(SourceError::NoSuchRun)
            }
        };
        if !is_there {
            return None;
        }
        let feed = self.feed(subject);
        let state = feed.look(self, false);
        Some((feed, state))
    }

    fn feed(&self, subject: Subject) -> Arc<Feed> {
        let mut feeds = lock(&self.feeds);
        if feeds.len() >= KEPT && !feeds.contains_key(&subject) {
            feeds.retain(|_, feed| Arc::strong_count(feed) > 1);
        }
        let feed = feeds.entry(subject).or_insert_with(|| {
            let drawn = self.draw(subject, &mut Drawing::default());
            Arc::new(Feed::new(subject, Arc::clone(&self.boot), drawn))
        });
        Arc::clone(feed)
    }

    /// Lets all pages that somebody looks at come to their last state.
    pub(crate) async fn finish(&self) {
        let feeds: Vec<_> = lock(&self.feeds).values().map(Arc::clone).collect();
        let looked_at = feeds.iter().filter(|feed| feed.states.receiver_count() > 0);
        for feed in looked_at {
            let id = match feed.subject {
                Subject::Live => lock(&self.followed).as_ref().and_then(|run| run.id),
                _ => None,
            };
            if let (Some(readings), Some(id)) = (&self.readings, id) {
                readings.run_for_the_last_time(id, LAST_READING).await;
            }
            feed.look(self, true);
        }
    }

    fn draw(&self, subject: Subject, drawing: &mut Drawing) -> Drawn {
        let now = Instant::now();
        match subject {
            Subject::List => self.draw_list(now),
            Subject::Live => {
                let followed = lock(&self.followed).clone();
                let id = followed.as_ref().and_then(|run| run.id);
                let live = followed.map(|run| LiveView {
                    run: run.live.snapshot(),
                    line: run.tail.line(),
                    now,
                    clock: self.clock,
                });
                self.draw_run(live.as_ref(), id, drawing)
            }
            Subject::Run(id) => self.draw_run(None, Some(id), drawing),
            Subject::Load => self.draw_load(now),
        }
    }

    fn draw_list(&self, now: Instant) -> Drawn {
        let known = self.readings.as_ref().map(|it| it.list().latest());
        let (runs, trouble) = known.map_or((None, None), |it| (it.value, it.trouble));
        let zone = jiff::tz::TimeZone::system();
        Drawn {
            title: "Runs".into(),
            at: clock::time_of_day(self.clock.at(now), &zone),
            parts: page::list_parts(runs.as_deref().map(Vec::as_slice), trouble.as_ref()),
        }
    }

    fn draw_load(&self, now: Instant) -> Drawn {
        let Some(load) = self.load.as_ref().map(FollowedLoad::now) else {
            return Drawn {
                title: String::new(),
                at: String::new(),
                parts: Vec::new(),
            };
        };
        Drawn {
            title: page::load::title(&load),
            at: page::load::at(&load, self.clock.at(now)),
            parts: page::load::parts(&load),
        }
    }

    fn draw_run(&self, live: Option<&LiveView>, id: Option<u64>, drawing: &mut Drawing) -> Drawn {
        let reading = self.readings.as_ref().zip(id);
        let known = reading.map(|(readings, id)| readings.run(id).latest());
        let (recorded, trouble) = known.map_or((None, None), |it| (it.value, it.trouble));
        let view = page::RunView {
            live,
            recorded: recorded.as_deref(),
            trouble: trouble.as_ref(),
            is_recorded: self.readings.is_some() && id.is_some(),
            clock: self.clock,
        };
        let mut parts = view.changing_parts();
        parts.extend(match &drawing.recorded {
            Some((drawn, parts)) if recorded.as_ref().is_some_and(|it| Arc::ptr_eq(it, drawn)) => {
                parts.clone()
            }
            _ => {
                let parts = view.recorded_parts();
                drawing.recorded = recorded.clone().map(|recorded| (recorded, parts.clone()));
                parts
            }
        });
        Drawn {
            title: view.title(),
            at: view.at(Instant::now()),
            parts,
        }
    }
}

impl Feed {
    fn new(subject: Subject, boot: Arc<str>, drawn: Drawn) -> Self {
        let Drawn { title, at, parts } = drawn;
        Self {
            subject,
            states: watch::Sender::new(Arc::new(State::first(boot, title, at, parts))),
            drawing: Mutex::default(),
        }
    }

    /// The latest state, drawn anew if it is time to, or if it has to be.
    pub(crate) fn look(&self, hub: &Hub, has_to_be: bool) -> Arc<State> {
        let mut drawing = lock(&self.drawing);
        let now = Instant::now();
        if has_to_be || drawing.due.is_none_or(|due| due <= now) {
            drawing.due = Some(now + DRAWN_EVERY);
            let Drawn { title, at, parts } = hub.draw(self.subject, &mut drawing);
            self.states.send_if_modified(|state| {
                let next = state.next(title, at, parts);
                let has_changed = next.is_some();
                if let Some(next) = next {
                    *state = Arc::new(next);
                }
                has_changed
            });
        }
        Arc::clone(&self.states.borrow())
    }

    pub(crate) fn states(&self) -> watch::Receiver<Arc<State>> {
        self.states.subscribe()
    }
}
