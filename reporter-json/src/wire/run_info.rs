//! What was run, where, and when.

use std::borrow::Cow;

use jiff::{Timestamp, Zoned, fmt::temporal::Pieces, tz::TimeZone};
use runner_core::results::RunInfo;
use serde::{Deserialize, Serialize};

use crate::BadValue;

/// What was run, where, and since when.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "RunInfo"))]
pub(crate) struct RunInfoWire<'a> {
    /// The run's name, with which every execution id of it begins.
    marker: Cow<'a, str>,
    /// When it started, by the wall clock.
    started: MomentWire<'a>,
    /// The suite file as the user named it.
    suite: Cow<'a, str>,
    /// Its name without folder and extension.
    suite_stem: Cow<'a, str>,
    /// What the suite says it is for; may be empty.
    suite_description: Cow<'a, str>,
    /// The program's version.
    version: Cow<'a, str>,
    /// The executor's address, without credentials.
    executor: Cow<'a, str>,
    /// Further facts about where the run took place.
    environment: Vec<FactWire<'a>>,
}

/// A fact about where a run took place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Fact"))]
struct FactWire<'a> {
    /// What it is about.
    name: Cow<'a, str>,
    /// The fact.
    value: Cow<'a, str>,
}

/// A moment in the zone of whom it is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Moment"))]
pub(crate) struct MomentWire<'a> {
    /// The moment, with the offset of its zone.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    at: Cow<'a, str>,
    /// The zone's name, such as Europe/Berlin; null if it has none.
    zone: Option<Cow<'a, str>>,
}

impl<'a> From<&'a RunInfo> for RunInfoWire<'a> {
    fn from(run: &'a RunInfo) -> Self {
        let facts = run.environment.iter();
        Self {
            marker: (&run.marker).into(),
            started: (&run.started_at).into(),
            suite: (&run.suite_path).into(),
            suite_stem: (&run.suite_stem).into(),
            suite_description: (&run.suite_description).into(),
            version: (&run.version).into(),
            executor: (&run.executor).into(),
            environment: facts
                .map(|(name, value)| FactWire {
                    name: name.into(),
                    value: value.into(),
                })
                .collect(),
        }
    }
}

impl TryFrom<RunInfoWire<'_>> for RunInfo {
    type Error = BadValue;

    fn try_from(wire: RunInfoWire<'_>) -> Result<Self, BadValue> {
        let facts = wire.environment.into_iter();
        Ok(Self {
            marker: wire.marker.into_owned(),
            started_at: wire.started.try_into()?,
            suite_path: wire.suite.into_owned(),
            suite_stem: wire.suite_stem.into_owned(),
            suite_description: wire.suite_description.into_owned(),
            version: wire.version.into_owned(),
            executor: wire.executor.into_owned(),
            environment: facts
                .map(|fact| (fact.name.into_owned(), fact.value.into_owned()))
                .collect(),
        })
    }
}

impl<'a> From<&'a Zoned> for MomentWire<'a> {
    fn from(at: &'a Zoned) -> Self {
        let moment = at.timestamp().display_with_offset(at.offset());
        Self {
            at: moment.to_string().into(),
            zone: at.time_zone().iana_name().map(Cow::Borrowed),
        }
    }
}

impl TryFrom<MomentWire<'_>> for Zoned {
    type Error = BadValue;

    fn try_from(wire: MomentWire<'_>) -> Result<Self, BadValue> {
        let bad = || BadValue::new("moment", &wire.at);
        let moment: Timestamp = wire.at.parse().map_err(|_| bad())?;
        let pieces = Pieces::parse(&*wire.at).map_err(|_| bad())?;
        let offset = pieces.to_numeric_offset().ok_or_else(bad)?;
        // Another machine may not know the zone, or know it otherwise.
        let zone = wire.zone.and_then(|name| TimeZone::get(&name).ok());
        let zone = zone.filter(|zone| zone.to_offset(moment) == offset);
        Ok(moment.to_zoned(zone.unwrap_or_else(|| TimeZone::fixed(offset))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_zone_where_it_is_known_and_its_offset_anywhere() {
        for text in [
            "2025-06-30T21:45:05-04:00[-04:00]",
            "2026-01-01T00:00:00.123456789+01:00[Europe/Berlin]",
            "2026-01-01T00:00:00+00:00[UTC]",
        ] {
            let moment: Zoned = text.parse().expect("a moment");
            let read = Zoned::try_from(MomentWire::from(&moment)).expect("the same");
            assert_eq!(read.to_string(), moment.to_string());
        }
        let elsewhere = MomentWire {
            at: "2026-01-01T00:00:00+01:00".into(),
            zone: Some("Atlantis/Capital".into()),
        };
        let read = Zoned::try_from(elsewhere).expect("a moment");
        assert_eq!(read.to_string(), "2026-01-01T00:00:00+01:00[+01:00]");
    }
}
