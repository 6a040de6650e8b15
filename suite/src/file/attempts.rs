//! `retries`, `repeat` and `weight`: how often a case is tried.

use std::{num::NonZeroU32, time::Duration};

use jsonc_parser::ast::Value;

use super::keys;
use crate::{
    Case, Ratio, Repeat, Retries, RetryOn, duration,
    problem::Complaint,
    reader::{Fields, Reader, span},
};

/// How sure a verdict over repeated attempts has to be unless the suite says it.
const CONFIDENCE: f64 = 0.95;

impl<'t> Reader<'t> {
    /// When a case is tried again: a number of times, or an object.
    pub(super) fn retries(&mut self, value: &Value<'t>) -> Option<Retries> {
        match value {
            Value::NumberLit(_) => Some(Retries {
                max: self.times(value)?,
                ..Retries::default()
            }),
            Value::Object(object) => {
                let fields = self.fields(object, keys::RETRIES);
                let max = self.required(&fields, "max");
                let max = max.and_then(|it| self.times(it));
                let on = self.retry_on(&fields);
                let pause = fields.value("pause").map(|it| self.pause(it));
                let default = Retries::default();
                Some(Retries {
                    max: max?,
                    on: on.unwrap_or(default.on),
                    pause: pause.unwrap_or(Some(default.pause))?,
                })
            }
            _ => {
                self.unexpected(value, "a number of retries or an object with `max`");
                None
            }
        }
    }

    fn times(&mut self, value: &Value<'t>) -> Option<u32> {
        self.whole_number(value, "a whole number of 0 or more")
    }

    fn retry_on(&mut self, fields: &Fields<'_, 't>) -> Option<Vec<RetryOn>> {
        let (on, retry_on) = (fields.property("on"), fields.property("retry_on"));
        if let (Some(_), Some(second)) = (on, retry_on) {
            self.problems.report(span(&second.name), || {
                Complaint::new("both `on` and `retry_on`")
                    .help("they are two names for the same: keep one")
            });
        }
        let value = &on.or(retry_on)?.value;
        let mut chosen = Vec::new();
        for kind in self.one_or_many(value, |reader, entry| {
            reader.choice(
                entry,
                "reason to try again",
                &RetryOn::ALL.map(|it| (it.as_str(), it)),
            )
        }) {
            if !chosen.contains(&kind) {
                chosen.push(kind);
            }
        }
        if value.as_array().is_some_and(|it| it.elements.is_empty()) {
            self.problems.report(span(value), || {
                Complaint::new("no reason to try again: the list is empty")
                    .help("`\"retries\": 0` never tries again")
            });
        }
        Some(chosen)
    }

    /// How long the first retry waits, which may be no time at all.
    fn pause(&mut self, value: &Value<'t>) -> Option<Duration> {
        let pause = self.span_of_time(value)?;
        if pause > Retries::MAX_PAUSE {
            self.problems.report(span(value), || {
                let longest = duration::format(Retries::MAX_PAUSE);
                Complaint::new(format!("a retry waits no longer than {longest}"))
            });
            return None;
        }
        Some(pause)
    }

    /// How often a case is tried until it is clear whether it passes often enough.
    pub(super) fn repeat(&mut self, value: &Value<'t>) -> Option<Repeat> {
        let object = self.object(value)?;
        let fields = self.fields(object, keys::REPEAT);
        let min = fields.value("min").map(|it| self.positive(it));
        let max = self.required(&fields, "max");
        let max = max.and_then(|it| self.positive(it));
        let rate = self.required(&fields, "success_rate");
        let rate = rate.and_then(|it| self.positive_ratio(it));
        let confidence = fields.value("confidence").map(|it| self.confidence(it));
        let (min, max) = (min.unwrap_or(Some(1)), max?);
        if let (Some(least), Some(place)) = (min, fields.value("min"))
            && least > max
        {
            self.problems.report(span(place), || {
                Complaint::new(format!("`min` is {least}, but `max` is {max}"))
                    .help("at least `min` attempts are made, and at most `max`")
            });
            return None;
        }
        Some(Repeat {
            min: min?,
            max,
            success_rate: rate?,
            confidence: confidence.unwrap_or(Ratio::new(CONFIDENCE))?,
        })
    }

    /// How often load tries a case beside the others.
    pub(super) fn weight(&mut self, value: &Value<'t>) -> Option<NonZeroU32> {
        let most = Case::MAX_WEIGHT;
        let weight: NonZeroU32 =
            self.whole_number(value, &format!("a whole number from 1 to {most}"))?;
        if weight.get() > most {
            self.problems.report(span(value), || {
                Complaint::new(format!(
                    "no weight is more than {most}, and this is {weight}"
                ))
                .help("weights count against each other: 3 beside 1 is three times as often")
            });
            return None;
        }
        Some(weight)
    }

    /// A share of which there is something.
    fn positive_ratio(&mut self, value: &Value<'t>) -> Option<Ratio> {
        let ratio = self.ratio(value)?;
        if ratio.get() == 0.0 {
            self.problems.report(span(value), || {
                Complaint::new("every case passes at least this often")
                    .help("give the share of attempts that have to pass, such as 0.9")
            });
            return None;
        }
        Some(ratio)
    }

    /// A share that is better than guessing and short of certainty.
    fn confidence(&mut self, value: &Value<'t>) -> Option<Ratio> {
        let ratio = self.ratio(value)?;
        if ratio.get() <= 0.5 || ratio.get() >= 1.0 {
            self.problems.report(span(value), || {
                Complaint::new("a confidence lies between 0.5 and 1, without the two")
                    .help("0.95 is usual; 0.5 is a guess, and 1 takes attempts without end")
            });
            return None;
        }
        Some(ratio)
    }
}
