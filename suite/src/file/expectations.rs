//! What a case expects of what its command prints.

use jsonc_parser::ast::Value;

use super::{keys, settings::Settings};
use crate::{
    CountOf, Expectations, NeverAfter, Within,
    problem::Complaint,
    reader::{Fields, Reader, span},
};

impl<'t> Reader<'t> {
    /// What is expected where `fields` of a case stand and `settings` hold.
    pub(super) fn expectations(
        &mut self,
        fields: &Fields<'_, 't>,
        settings: &Settings,
    ) -> Expectations {
        let mut expectations = Expectations {
            max_gap: settings.max_gap,
            stop_on_failure: settings.stop_on_failure,
            ..Expectations::default()
        };
        if let Some(value) = fields.value("expected_patterns") {
            expectations.expected = self.patterns(value);
        }
        if let Some(value) = fields.value("forbidden_patterns") {
            expectations.forbidden = self.patterns(value);
        }
        if let Some(value) = fields.value("any_of") {
            expectations.any_of = self.pattern_lists(value);
        }
        if let Some(value) = fields.value("count") {
            expectations.counts = self.one_or_many(value, Self::count_of);
        }
        if let Some(value) = fields.value("ordered") {
            expectations.ordered = self.pattern_lists(value);
        }
        if let Some(value) = fields.value("within") {
            expectations.within = self.one_or_many(value, Self::within);
        }
        if let Some(value) = fields.value("never_after") {
            expectations.never_after = self.one_or_many(value, Self::never_after);
        }
        if let Some(value) = fields.value("json") {
            expectations.json = self.one_or_many(value, Self::json_expectation);
        }
        if let Some(value) = fields.value("min_length") {
            expectations.min_length = self.positive(value);
        }
        if let Some(value) = fields.value("max_length") {
            expectations.max_length = self.count(value);
        }
        if let Some(value) = fields.value("validation") {
            self.validation(value, &mut expectations);
        }
        self.check_lengths(fields, &expectations);
        expectations
    }

    /// Nothing is longer than it may be.
    fn check_lengths(&mut self, fields: &Fields<'_, 't>, expectations: &Expectations) {
        let (Some(min), Some(max)) = (expectations.min_length, expectations.max_length) else {
            return;
        };
        let place = fields.value("max_length");
        if min > max
            && let Some(place) = place
        {
            self.problems.report(span(place), || {
                Complaint::new(format!("`max_length` is {max}, but `min_length` is {min}"))
                    .help("no output has both")
            });
        }
    }

    fn count_of(&mut self, value: &Value<'t>) -> Option<CountOf> {
        let object = self.object(value)?;
        let fields = self.fields(object, keys::COUNT);
        let pattern = self.pattern_of(&fields);
        let least = fields.property("at_least");
        let most = fields.property("at_most");
        if least.is_none() && most.is_none() {
            self.problems.report(fields.opening.clone(), || {
                Complaint::new("neither `at_least` nor `at_most`")
                    .help("how often a pattern has to be found, and may be; one of them is enough")
            });
            return None;
        }
        let at_least = least.map(|it| self.positive(&it.value));
        let at_most = most.map(|it| self.at_most(&it.value));
        if let (Some(Some(at_least)), Some(Some(at_most)), Some(most)) = (at_least, at_most, most)
            && at_least > at_most
        {
            self.problems.report(span(&most.value), || {
                Complaint::new(format!(
                    "`at_most` is {at_most}, but `at_least` is {at_least}"
                ))
                .help("no output has both")
            });
        }
        Some(CountOf {
            pattern: pattern?,
            at_least: at_least.flatten(),
            at_most: at_most.flatten(),
        })
    }

    fn at_most(&mut self, value: &Value<'t>) -> Option<u64> {
        let number = self.count(value)?;
        if number == 0 {
            self.problems.report(span(value), || {
                Complaint::new("expected a whole number of 1 or more, found `0`")
                    .help("what may not come at all goes into `forbidden_patterns`")
            });
            return None;
        }
        Some(number)
    }

    fn within(&mut self, value: &Value<'t>) -> Option<Within> {
        let object = self.object(value)?;
        let fields = self.fields(object, keys::WITHIN);
        let pattern = self.pattern_of(&fields);
        let after = fields.value("after").map(|it| self.pattern(it));
        let limit = self.required(&fields, "limit");
        let limit = limit.and_then(|it| self.timeout(it));
        Some(Within {
            pattern: pattern?,
            after: match after {
                Some(after) => Some(after?),
                None => None,
            },
            limit: limit?,
        })
    }

    fn never_after(&mut self, value: &Value<'t>) -> Option<NeverAfter> {
        let object = self.object(value)?;
        let fields = self.fields(object, keys::NEVER_AFTER);
        let pattern = self.pattern_of(&fields);
        let after = self.required(&fields, "after");
        let after = after.and_then(|it| self.pattern(it));
        Some(NeverAfter {
            pattern: pattern?,
            after: after?,
        })
    }
}
