//! What trends and changes of level find in series about which everything is known: how often an alarm is
//! false, and how often a leak is found. Seeds are fixed, so that each run sees the same series;
//! `--nocapture` shows the shares.

mod detection;
// Says that it is one, so that what is common to its tests may print as they do.
#[cfg(test)]
mod false_alarms;
mod noise;
mod share;
