//! What is said of a run as a whole: when and where it was, its gates, and what else speaks against it.

use std::{
    fmt,
    io::{self, Write},
    time::Duration,
};

use runner_core::{
    plain::PlainVerdict,
    results::{GateResult, RunInfo},
    words::{GateWords, Problem},
};

use crate::{
    trials::{Kinds, message},
    xml::Xml,
};

/// A duration in seconds, as the format has them.
pub(crate) struct Seconds(pub(crate) f64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// A run without its cases.
pub(crate) struct Whole<'a> {
    pub(crate) run: &'a RunInfo,
    pub(crate) elapsed: Duration,
    pub(crate) gates: &'a [GateResult],
    /// Those that no case and no gate tells of.
    pub(crate) problems: Vec<Problem<'a>>,
    /// The cases by what becomes of them.
    pub(crate) cases: Kinds,
}

impl Whole<'_> {
    /// Writes the document, with the elements of the cases as `cases` writes them.
    pub(crate) fn write<Out: Write>(
        &self,
        out: &mut Out,
        cases: impl FnOnce(&mut Xml<'_, Out>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut xml = Xml::begin(out)?;
        let (gates, problems) = (self.of_gates(), self.of_problems());
        let sum =
            |count: fn(&Kinds) -> usize| count(&self.cases) + count(&gates) + count(&problems);
        let stem = &self.run.suite_stem;
        let time = Seconds(self.elapsed.as_secs_f64());
        xml.open(
            "testsuites",
            &[
                ("name", stem),
                ("tests", &sum(|kinds| kinds.tests)),
                ("failures", &sum(|kinds| kinds.failures)),
                ("errors", &sum(|kinds| kinds.errors)),
                ("time", &time),
            ],
        )?;
        self.open_suite(&mut xml, "", &self.cases, &time)?;
        self.write_properties(&mut xml)?;
        cases(&mut xml)?;
        xml.close()?;
        if gates.tests > 0 {
            self.open_suite(&mut xml, ".gates", &gates, &Seconds(0.0))?;
            for gate in self.gates {
                self.write_gate(&mut xml, gate)?;
            }
            xml.close()?;
        }
        if problems.tests > 0 {
            self.open_suite(&mut xml, ".run", &problems, &Seconds(0.0))?;
            for problem in &self.problems {
                self.write_problem(&mut xml, problem)?;
            }
            xml.close()?;
        }
        xml.close()
    }

    fn of_gates(&self) -> Kinds {
        Kinds::of(self.gates.iter().map(|gate| match gate.holds {
            true => PlainVerdict::Success,
            false => PlainVerdict::Failure,
        }))
    }

    fn of_problems(&self) -> Kinds {
        Kinds::of(self.problems.iter().map(|_| PlainVerdict::Error))
    }

    fn open_suite<Out: Write>(
        &self,
        xml: &mut Xml<'_, Out>,
        suffix: &str,
        kinds: &Kinds,
        time: &Seconds,
    ) -> io::Result<()> {
        let run = self.run;
        let started_at = run.started_at.strftime("%Y-%m-%dT%H:%M:%S%:z");
        xml.open(
            "testsuite",
            &[
                ("name", &format_args!("{}{suffix}", run.suite_stem)),
                ("tests", &kinds.tests),
                ("failures", &kinds.failures),
                ("errors", &kinds.errors),
                ("skipped", &kinds.skipped),
                ("time", time),
                ("timestamp", &started_at),
            ],
        )
    }

    fn write_properties<Out: Write>(&self, xml: &mut Xml<'_, Out>) -> io::Result<()> {
        let run = self.run;
        xml.open("properties", &[])?;
        let known = [
            ("run", &run.marker),
            ("suite", &run.suite_path),
            ("executor", &run.executor),
            ("gauntlet", &run.version),
        ];
        for (name, value) in known {
            xml.empty("property", &[("name", &name), ("value", value)])?;
        }
        for (name, value) in &run.environment {
            xml.empty("property", &[("name", name), ("value", value)])?;
        }
        xml.close()
    }

    fn write_gate<Out: Write>(&self, xml: &mut Xml<'_, Out>, gate: &GateResult) -> io::Result<()> {
        let class = format!("{}.gates", self.run.suite_stem);
        let with: [(_, &dyn fmt::Display); 3] = [
            ("name", &gate.name),
            ("classname", &class),
            ("time", &Seconds(0.0)),
        ];
        if gate.holds {
            return xml.empty("testcase", &with);
        }
        let words = GateWords(gate).to_string();
        xml.open("testcase", &with)?;
        xml.empty(
            "failure",
            &[("message", &message(&words)), ("type", &"gate-failed")],
        )?;
        xml.close()
    }

    fn write_problem<Out: Write>(
        &self,
        xml: &mut Xml<'_, Out>,
        problem: &Problem<'_>,
    ) -> io::Result<()> {
        let class = format!("{}.run", self.run.suite_stem);
        xml.open(
            "testcase",
            &[
                ("name", &problem.code),
                ("classname", &class),
                ("time", &Seconds(0.0)),
            ],
        )?;
        xml.text(
            "error",
            &[
                ("message", &message(&problem.words)),
                ("type", &problem.code),
            ],
            &problem.words,
        )?;
        xml.close()
    }
}
