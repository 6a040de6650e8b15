//! The live page of a run, and of what a ledger holds of runs: a small server for browsers.
//!
//! Two sources are shown, or a run of load alone: see [`FollowedLoad`]. [`Followed`] is a run that this process makes: an observer feeds its
//! [`SharedLiveRun`](runner_core::live::SharedLiveRun) in the runner's thread, and the pages look at it from
//! theirs. A [`RunSource`], which its user implements, reads what is recorded of this and other runs; charts,
//! drift, outages and the list of runs come from there.
//!
//! ```
//! use dashboard::{Content, Dashboard, DashboardConfig};
//!
//! let dashboard = Dashboard::start(DashboardConfig::default(), Content::default())?;
//! assert!(dashboard.url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), dashboard::DashboardError>(())
//! ```
//!
//! The crate owns pages, who may look at them, and how they are kept up to date. It refuses ledgers, signals
//! and the terminal, and it judges nothing: it shows what it is told.
//!
//! # What it costs
//!
//! The server has threads of its own. It draws nothing and reads nothing unless somebody looks, and then a
//! page at most once a second, for all who look at it together. What is recorded is read at most every five
//! seconds, and during a hundredth of the time at most. Nothing is kept for a single reader: who is slow
//! misses states.
//!
//! # Who may look
//!
//! On loopback whoever calls this machine by a name of its own; pages of other sites do not get in by a name
//! that they let resolve to it. Another address is refused unless there is a token, which every route but
//! `/healthz` asks for then, as `Authorization: Bearer …` or once as `?token=…`. The connection is not
//! encrypted: across a network that others can listen to, a tunnel or a proxy with TLS is the way. Everything
//! is only looked at: there is nothing but GET and HEAD.
//!
//! # What there is
//!
//! | route | shows |
//! | --- | --- |
//! | `/` | the run that is followed; of a dashboard of records alone, the list of runs |
//! | `/runs`, `/runs/ID` | the list of runs, and one of them |
//! | `/events`, `/runs/events`, `/runs/ID/events` | the states of these pages, as server-sent events |
//! | `/metrics` | metrics for Prometheus, where there are any |
//! | `/healthz` | `ok` |
//! | `/style.css`, `/live.js`, `/icon.svg` | what pages are made with |
//!
//! Elements of pages, for scripts and tests. In the page of a run:
//!
//! | id | holds |
//! | --- | --- |
//! | `title` | the name of the page |
//! | `status` | where the run stands; `data-state` is `unknown`, `starting`, `running`, `waiting`, `passed`, `failed`, `interrupted` or `broken` |
//! | `connection` | what is wrong with the connection; hidden while nothing is |
//! | `problems`, `suite-rejected`, `ledger-trouble` | why it is no success (items with `data-code`), and what else to know; there only if there is any |
//! | `elapsed`, `remaining`, `iteration` | how long and how often |
//! | `running-case`, `last-line` | what runs, and what it printed last |
//! | `success-rate` | the rate; `data-passed` and `data-tried` are its counts |
//! | `count-passed`, `count-failed`, `count-skipped`, `count-not-run`, `count-outages` | counts, also as `data-count` |
//! | `latency-p50`, `latency-p95` | of the latest attempts that passed, also as `data-ms` |
//! | `chart-rate-title`, `chart-durations-title`, `chart-executor-rss-title`, … | titles of charts; their descriptions end with `-desc` |
//! | `recorded-until` | up to when charts, drift, resources, findings and outages go |
//! | `drift` | drift in words; `data-state` is `too-short`, `none` or `found` |
//! | `failure-NUMBER` | the row of an attempt that did not pass |
//! | `executor-now`, `runner-memory`, `event-loop` | what was measured last |
//! | `marker`, `run-id`, `suite`, `executor` | what is run, and where |
//! | `part-status`, `part-now`, … | the parts that are replaced when they change; `h-now`, … are the headings of their sections |
//!
//! In the page of a load are, beside the same:
//!
//! | id | holds |
//! | --- | --- |
//! | `rate`, `in-flight` | what ended in the last second, and what is under way; also as `data-count` |
//! | `held`, `lag` | how many had to wait, and the longest delay of the generator |
//! | `count-CLASS`, `count-good` | how many came to what, also as `data-count` |
//! | `latency-p99` | beside the others, of the last five seconds |
//! | `chart-rates-title`, `chart-in-flight-title`, `chart-times-title` | the charts of the last minutes |
//! | `last-failure`, `model` | the last new way to fail, and how the load is generated |
//!
//! In the list of runs, `run-ID` is the row of a run, with `data-state` as above.

mod clock;
mod config;
mod error;
mod http;
mod hub;
mod load_feed;
mod pace;
mod page;
mod random;
mod reading;
mod server;
mod source;
mod state;

pub use config::DashboardConfig;
pub use error::DashboardError;
pub use http_guard::Token;
pub use load_feed::FollowedLoad;
pub use server::{Dashboard, Pulse};
pub use source::{Content, Followed, ListedRun, Metrics, RunSource, SourceError};
