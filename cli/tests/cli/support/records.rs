//! Machine records, read strictly.

use serde_json::Value;

/// The records of a run.
#[derive(Debug)]
pub(crate) struct Records(Vec<Value>);

impl Records {
    /// Reads standard output, each of whose lines has to be a record.
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        let record = |line: &str| {
            let value: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("no JSON ({error}): {line}"));
            assert!(value["type"].is_string(), "no record: {line}");
            value
        };
        assert!(text.is_empty() || text.ends_with('\n'), "cut: {text}");
        Self(text.lines().map(record).collect())
    }

    /// Reads what a program that was killed has written: its last line may be cut.
    #[track_caller]
    pub(crate) fn parse_cut(text: &str) -> Self {
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        Self::parse(&text[..whole])
    }

    /// The types of the records in their order.
    pub(crate) fn types(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter_map(|record| record["type"].as_str())
            .collect()
    }

    /// The ids and outcomes of the cases that came to an end, in their order.
    pub(crate) fn outcomes(&self) -> Vec<(&str, &str)> {
        self.of("case_finished")
            .map(|record| (str(&record["case"]), str(&record["outcome"])))
            .collect()
    }

    /// The numbers, cases and outcomes of the attempts of a soak that came to an end, in their order.
    pub(crate) fn attempts(&self) -> Vec<(u64, String, String)> {
        self.of("attempt_finished")
            .map(|record| {
                let number = record["attempt"].as_u64().expect("a number");
                (
                    number,
                    str(&record["case"]).to_owned(),
                    str(&record["outcome"]).to_owned(),
                )
            })
            .collect()
    }

    /// The record of the case with this id.
    #[track_caller]
    pub(crate) fn case(&self, id: &str) -> &Value {
        let found = self.of("case_finished").find(|record| record["case"] == id);
        found.unwrap_or_else(|| panic!("no record of {id}: {self:?}"))
    }

    /// The record that ends the run.
    #[track_caller]
    pub(crate) fn finish(&self) -> &Value {
        let last = self.of("run_finished").last();
        last.unwrap_or_else(|| panic!("the run has no end: {self:?}"))
    }

    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |record| record["type"] == kind)
    }
}

fn str(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
