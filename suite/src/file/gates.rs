//! `gates`: the conditions on a run, or on a part of it.

use jsonc_parser::ast::Value;

use super::keys;
use crate::{
    Gates, PercentileBounds,
    problem::Complaint,
    reader::{Fields, Reader, span},
};

impl<'t> Reader<'t> {
    /// The gates that stand in `fields`.
    pub(super) fn gates(&mut self, fields: &Fields<'_, 't>) -> Gates {
        let object = fields.value("gates").and_then(|it| self.object(it));
        let Some(object) = object else {
            return Gates::NONE;
        };
        let fields = self.fields(object, keys::GATES);
        Gates {
            min_success_rate: fields.value("min_success_rate").and_then(|v| self.ratio(v)),
            max_infrastructure_errors: fields
                .value("max_infrastructure_errors")
                .and_then(|value| self.count(value)),
            max_flaky: fields.value("max_flaky").and_then(|v| self.count(v)),
            max_duration: self.percentiles(&fields, "max_duration"),
            max_time_to_first_output: self.percentiles(&fields, "max_time_to_first_output"),
            max_gap: self.percentiles(&fields, "max_gap"),
            max_cost_usd: fields.value("max_cost_usd").and_then(|v| self.dollars(v)),
            max_output_tokens: fields
                .value("max_output_tokens")
                .and_then(|value| self.count(value)),
        }
    }

    fn percentiles(&mut self, fields: &Fields<'_, 't>, key: &str) -> PercentileBounds {
        let Some(value) = fields.value(key) else {
            return PercentileBounds::NONE;
        };
        const EXAMPLE: &str = "a percentile and its limit, as in {\"p95\": \"2s\"}";
        let Value::Object(object) = value else {
            self.unexpected(value, EXAMPLE);
            return PercentileBounds::NONE;
        };
        let fields = self.fields(object, keys::PERCENTILES);
        if object.properties.is_empty() {
            self.problems.report(span(value), || {
                Complaint::new("no percentile is given").help(format!("expected {EXAMPLE}"))
            });
        }
        let mut limit = |key| fields.value(key).and_then(|it| self.timeout(it));
        PercentileBounds {
            p50: limit("p50"),
            p95: limit("p95"),
            p99: limit("p99"),
        }
    }
}
