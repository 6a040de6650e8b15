//! What pages say, as HTML: the frame of a page, the parts of it that change, and what they are made of.
//!
//! A part is drawn from what is known at one moment, and equal knowledge gives equal HTML. The module
//! refuses sockets and clocks: moments are handed in.

mod about;
mod charts;
mod drift;
mod failures;
mod findings;
mod frame;
mod list;
pub(crate) mod load;
mod now;
mod outages;
mod resources;
mod results;
mod runner;
mod series;
mod status;
mod text;
mod view;

pub(crate) use frame::{Frame, no_token, nothing_here};
pub(crate) use list::parts as list_parts;
pub(crate) use view::{LiveView, RunView};
