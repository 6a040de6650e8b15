//! When the attempts of a load were to begin, as it stands in a ledger.

use std::time::Duration;

use load::{ArrivalRate, ModelInfo, Spacing, Stage};
use serde::{Deserialize, Serialize};

/// The same in JSON. A ledger of this version has no other keys.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum ModelFile {
    Closed {
        concurrency: usize,
    },
    Open {
        /// What random arrivals are made from; null where they are at equal distances.
        seed: Option<u64>,
        max_in_flight: usize,
        stages: Vec<StageFile>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageFile {
    /// Null if it lasts until the attempts are made.
    lasts_us: Option<u64>,
    from_per_second: f64,
    to_per_second: f64,
}

pub(super) fn to_json(model: &ModelInfo) -> String {
    serde_json::json!(ModelFile::from(model)).to_string()
}

/// Reads what [`to_json`] wrote; `None` if it is something else.
pub(super) fn from_json(text: &str) -> Option<ModelInfo> {
    match serde_json::from_str(text).ok()? {
        ModelFile::Closed { concurrency } => Some(ModelInfo::Closed { concurrency }),
        ModelFile::Open {
            seed,
            max_in_flight,
            stages,
        } => Some(ModelInfo::Open {
            stages: stages.iter().map(StageFile::read).collect::<Option<_>>()?,
            spacing: seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed }),
            max_in_flight,
        }),
    }
}

impl From<&ModelInfo> for ModelFile {
    fn from(model: &ModelInfo) -> Self {
        match model {
            ModelInfo::Closed { concurrency } => Self::Closed {
                concurrency: *concurrency,
            },
            ModelInfo::Open {
                stages,
                spacing,
                max_in_flight,
            } => Self::Open {
                seed: match spacing {
                    Spacing::Poisson { seed } => Some(*seed),
                    _ => None,
                },
                max_in_flight: *max_in_flight,
                stages: stages.iter().map(StageFile::from).collect(),
            },
        }
    }
}

impl From<&Stage> for StageFile {
    fn from(stage: &Stage) -> Self {
        Self {
            lasts_us: u64::try_from(stage.lasts.as_micros()).ok(),
            from_per_second: stage.from.per_second(),
            to_per_second: stage.to.per_second(),
        }
    }
}

impl StageFile {
    fn read(&self) -> Option<Stage> {
        Some(Stage {
            lasts: self.lasts_us.map_or(Duration::MAX, Duration::from_micros),
            from: ArrivalRate::of(self.from_per_second)?,
            to: ArrivalRate::of(self.to_per_second)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_model() -> impl Strategy<Value = ModelInfo> {
        let rate = || (0.0..1e6).prop_map(|it| ArrivalRate::of(it).expect("a rate"));
        let lasts = prop_oneof![
            Just(Duration::MAX),
            (0..u64::MAX / 1_000_000).prop_map(Duration::from_micros)
        ];
        let stage = (lasts, rate(), rate()).prop_map(|(lasts, from, to)| Stage { lasts, from, to });
        let stages = prop::collection::vec(stage, 0..4);
        prop_oneof![
            any::<usize>().prop_map(|concurrency| ModelInfo::Closed { concurrency }),
            (stages, any::<Option<u64>>(), any::<usize>()).prop_map(
                |(stages, seed, max_in_flight)| ModelInfo::Open {
                    stages,
                    spacing: seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed }),
                    max_in_flight,
                }
            ),
        ]
    }

    proptest! {
        #[test]
        fn a_model_is_read_as_it_was_written_to_the_last_bit(model in any_model()) {
            prop_assert_eq!(from_json(&to_json(&model)), Some(model));
        }

        #[test]
        fn anything_else_is_no_model(text in ".*") {
            prop_assume!(!text.starts_with('{'));
            prop_assert_eq!(from_json(&text), None);
        }
    }

    #[test]
    fn rates_that_are_none_and_unknown_keys_are_refused() {
        let stage = |rate| {
            format!(
                r#"{{"kind":"open","seed":null,"max_in_flight":1,"stages":[{{"lasts_us":1,"from_per_second":{rate},"to_per_second":1.0}}]}}"#
            )
        };
        assert!(from_json(&stage("1.5")).is_some());
        assert_eq!(from_json(&stage("-1.0")), None);
        assert_eq!(
            from_json(r#"{"kind":"closed","concurrency":1,"more":1}"#),
            None
        );
    }
}
