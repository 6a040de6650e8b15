//! Faults on purpose, to see what a client makes of them.
//!
//! The module owns which faults there are ([`spec`]), when one strikes ([`plan`]) and what it does to
//! the events of an execution ([`sabotage`]). It knows no sockets: what only a socket can do (a reset,
//! a chunk that is never finished) it names, and the fronts do it.

mod plan;
mod sabotage;
mod spec;

pub(crate) use self::{
    plan::{FaultPlan, Occasion},
    sabotage::{Break, Part, Sabotage},
    spec::FaultKind,
};
pub use spec::{Fault, FaultError};
