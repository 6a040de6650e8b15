//! Durations and moments.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const NANOS_PER_MS: f64 = 1e6;

/// No duration of a run is longer: three centuries.
const MAX_MS: f64 = 1e13;

/// A duration in milliseconds, with a fraction as fine as the clock: billionths of a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Ms(pub(crate) Duration);

/// The same for what need not be there.
pub(crate) fn ms(duration: Option<Duration>) -> Option<Ms> {
    duration.map(Ms)
}

impl Serialize for Ms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.0.as_nanos() as f64 / NANOS_PER_MS).min(MAX_MS))
    }
}

impl<'de> Deserialize<'de> for Ms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = f64::deserialize(deserializer)?;
        if !(0.0..=MAX_MS).contains(&ms) {
            return Err(D::Error::custom(format_args!("{ms} ms is no duration")));
        }
        let nanos = (ms * NANOS_PER_MS).round() as u64;
        Ok(Self(Duration::from_nanos(nanos)))
    }
}

/// A moment in universal time, as RFC 3339 has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct At(pub(crate) Timestamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod schema {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::*;

    impl JsonSchema for Ms {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> std::borrow::Cow<'static, str> {
            "milliseconds".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "number", "minimum": 0 })
        }
    }

    impl JsonSchema for At {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> std::borrow::Cow<'static, str> {
            "moment".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "format": "date-time" })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_duration_of_a_week_comes_back_to_the_nanosecond(nanos in 0..7 * 86_400_000_000_000u64) {
            let written = serde_json::to_string(&Ms(Duration::from_nanos(nanos))).expect("a number");
            let read: Ms = serde_json::from_str(&written).expect("the same number");
            prop_assert_eq!(read.0.as_nanos() as u64, nanos);
        }

        #[test]
        fn any_duration_can_be_written_and_read(duration: Duration) {
            let written = serde_json::to_string(&Ms(duration)).expect("a number");
            prop_assert!(serde_json::from_str::<Ms>(&written).is_ok(), "{}", written);
        }
    }
}
