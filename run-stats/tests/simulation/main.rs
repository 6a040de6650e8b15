//! What trends and changes of level find in series about which everything is known: how often an alarm is
//! false, and how often a leak is found; and how often a test errs that is looked at all the time. Seeds are
//! fixed, so that each run sees the same; `--nocapture` shows the shares.

mod detection;
// Says that it is one, so that what is common to its tests may print as they do.
#[cfg(test)]
mod false_alarms;
mod noise;
#[cfg(test)]
mod sequential;
mod share;
#[cfg(test)]
mod threshold;
