//! Limits in time that can never be the one that counts.

use std::{ops::Range, time::Duration};

use jsonc_parser::ast::Value;

use super::{LintCode, Lints, places::Places};
use crate::{
    Suite, duration,
    problem::Complaint,
    reader::{property, span},
};

pub(super) fn check(suite: &Suite, places: &Places<'_, '_>, lints: &mut Lints) {
    for (index, case) in suite.cases.iter().enumerate() {
        let mut check = |what: &str, limit: Duration, place: Range<usize>| {
            if limit >= case.timeout {
                lints.report(LintCode::LimitBeyondTimeout, place, || {
                    let [limit, timeout] = [limit, case.timeout].map(duration::format);
                    Complaint::new(format!(
                        "the {what} of {limit} never counts: the timeout is {timeout}"
                    ))
                    .help("make it shorter than `timeout`, or the timeout longer")
                });
            }
        };
        if let Some(limit) = case.stall_timeout {
            let place = places.setting(index, "stall_timeout");
            check("`stall_timeout`", limit, place);
        }
        if let Some(limit) = case.expectations.max_gap {
            check("`max_gap`", limit, places.setting(index, "max_gap"));
        }
        let values = places.of_case(index, "within").map(entries);
        for (entry, within) in case.expectations.within.iter().enumerate() {
            let value = values.as_ref().and_then(|values| values.get(entry));
            let limit = value.and_then(|value| property(value.as_object()?, "limit"));
            let place = limit.map_or(0..0, |limit| span(&limit.value));
            check("`limit`", within.limit, place);
        }
    }
}

fn entries<'n, 't>(value: &'n Value<'t>) -> Vec<&'n Value<'t>> {
    match value {
        Value::Array(array) => array.elements.iter().collect(),
        value => vec![value],
    }
}
