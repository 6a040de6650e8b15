//! Where a run stands, and how each thing that happens is kept.

mod outage;
mod settle;
mod turn;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use runner_core::{
    agent::AgentTotals,
    journal::{Entry, JournalEvent, SuiteVersion},
    outcome::OutcomeClass,
    recorded::{PartEnd, RecordedProblem},
    results::{AttemptReport, Place, RunProblem, Verdict},
    run_state::RunEnd,
    self_sample::SelfSample,
    tries::{Tries, TurnEnd},
};
use rusqlite::{Connection, Transaction, params};
use suite::Case;

use outage::OpenOutage;
use turn::Turn;

use super::{Begun, attempt_row::AttemptRow};
use crate::{
    convert::{int, us},
    executor_samples, recorded,
    rollup::{OpenMinute, Sample},
    upkeep::Upkeep,
    writer,
};

/// Where the run stands.
pub(super) struct State {
    pub(super) run_id: i64,
    part_id: i64,
    /// The moment by the wall clock from which entries are counted.
    began: Timestamp,
    /// How long after that this part of the run began: later only if the machine has slept.
    part_began: Duration,
    /// How far the record goes.
    seen: Duration,
    suite_id: i64,
    /// The numbers of the cases of the suite in force, by their ids.
    cases: HashMap<String, i64>,
    minute: OpenMinute,
    outage: Option<OpenOutage>,
    /// What the commit under way adds to the totals.
    added: BTreeMap<(i64, OutcomeClass), i64>,
    /// How many cases got which verdict in it.
    judged: BTreeMap<&'static str, i64>,
    /// How many failed attempts the commit under way adds.
    failed: i64,
    /// Where the commit under way leaves the run.
    turn: Option<Turn>,
    flight: Flight,
    agents: AgentTotals,
    agents_changed: bool,
}

/// The attempt that is under way.
#[derive(Clone, Copy, Default)]
struct Flight {
    attempt: Option<(Place, i64, i64)>,
    has_changed: bool,
}

impl State {
    /// A run that begins now.
    pub(super) fn new(begun: &Begun) -> Self {
        Self {
            run_id: begun.run_id,
            part_id: begun.part_id,
            began: begun.began,
            part_began: Duration::ZERO,
            seen: Duration::ZERO,
            suite_id: begun.suite_id,
            cases: HashMap::new(),
            minute: OpenMinute::default(),
            outage: None,
            added: BTreeMap::new(),
            judged: BTreeMap::new(),
            failed: 0,
            turn: None,
            flight: Flight::default(),
            agents: AgentTotals::default(),
            agents_changed: false,
        }
    }

    /// Goes on after the latest attempt of the part before.
    pub(super) fn go_on(&mut self, place: Place, done: u64, tries: Tries, agents: AgentTotals) {
        self.turn = Some(Turn { place, done, tries });
        self.agents = agents;
    }

    /// Writes entries, all in the transaction that is given.
    pub(super) fn write(
        &mut self,
        transaction: &Transaction<'_>,
        entries: &[Entry],
        slept: Option<Duration>,
        upkeep: &mut Upkeep,
    ) -> rusqlite::Result<()> {
        let last = entries.last().map_or(Duration::ZERO, |entry| entry.at);
        if let Some(slept) = slept {
            self.sleep(transaction, slept)?;
        }
        for entry in entries {
            self.take(transaction, entry)?;
        }
        self.settle(transaction, last)?;
        if let Ok(now) = self.began.checked_add(last) {
            upkeep.work(transaction, self.run_id, now, last)?;
        }
        Ok(())
    }

    /// Adds problems to those of the run, unless they are of a kind that is among them.
    pub(super) fn add_problems(
        &self,
        connection: &Connection,
        further: &[RunProblem],
    ) -> rusqlite::Result<()> {
        let mut problems = connection.query_row(
            "SELECT * FROM runs WHERE id = ?1",
            [self.run_id],
            recorded::problems,
        )?;
        for problem in further {
            let code = problem.code();
            if problems.iter().all(|known| known.code != code) {
                let (code, text) = (code.to_owned(), problem.to_string());
                problems.push(RecordedProblem { code, text });
            }
        }
        let pairs: Vec<_> = problems.iter().map(|it| (&it.code, &it.text)).collect();
        connection.execute(
            "UPDATE runs SET problems = ?2 WHERE id = ?1",
            params![self.run_id, serde_json::json!(pairs).to_string()],
        )?;
        Ok(())
    }

    /// Begins another part of the run, because the machine has slept for so long since the latest commit:
    /// the clock that measures stood still meanwhile, and the wall clock did not.
    fn sleep(&mut self, connection: &Connection, slept: Duration) -> rusqlite::Result<()> {
        self.end_part(connection, PartEnd::MachineSlept)?;
        // What is labelled from here on is late by as much.
        self.began = self.began.checked_add(slept).unwrap_or(Timestamp::MAX);
        self.part_began = self.seen;
        connection.execute(
            "INSERT INTO parts (run_id, began_us, version, process) \
             SELECT run_id, ?2, version, process FROM parts WHERE id = ?1",
            params![self.part_id, self.unix_us(self.seen)],
        )?;
        self.part_id = connection.last_insert_rowid();
        Ok(())
    }

    fn end_part(&self, connection: &Connection, end: PartEnd) -> rusqlite::Result<()> {
        connection.execute(
            "UPDATE parts SET ended = ?2 WHERE id = ?1",
            params![self.part_id, end.as_str()],
        )?;
        Ok(())
    }

    fn take(&mut self, connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
        match &entry.event {
            JournalEvent::SuiteChanged(version) => self.change_suite(connection, version),
            JournalEvent::AttemptStarted { place, case } => {
                let case_key = self.case_key(connection, case)?;
                let began = self.unix_us(entry.at);
                self.flight = Flight {
                    attempt: Some((*place, case_key, began)),
                    has_changed: true,
                };
                Ok(())
            }
            JournalEvent::AttemptFinished {
                place,
                case,
                report,
                end,
            } => self.finish_attempt(connection, *place, case, report, end.as_ref()),
            JournalEvent::HealthChanged { trouble } => {
                self.change_health(connection, entry.at, trouble.as_deref())
            }
            JournalEvent::Sampled(samples) => {
                self.sample(connection, entry.at, &samples.runner)?;
                let at_us = self.unix_us(entry.at);
                executor_samples::add(connection, self.run_id, at_us, samples.executor.as_ref())
            }
            // What was not used has come to nothing.
            JournalEvent::SuiteRejected { .. } => Ok(()),
            JournalEvent::Ended { end, problems } => self.end(connection, entry.at, end, problems),
        }
    }

    fn unix_us(&self, at: Duration) -> i64 {
        self.began.as_microsecond().saturating_add(us(at))
    }

    fn change_suite(
        &mut self,
        connection: &Connection,
        version: &SuiteVersion,
    ) -> rusqlite::Result<()> {
        self.suite_id = writer::suite_id(connection, version)?;
        self.cases.clear();
        // Cases of this iteration that had their turn may be others now: what goes on begins the next.
        let has_begun = |turn: &&mut Turn| turn.done > 0 || turn.tries != Tries::default();
        if let Some(turn) = self.turn.as_mut().filter(has_begun) {
            turn.place.iteration += 1;
            turn.done = 0;
            turn.tries = Tries::default();
        }
        connection.execute(
            "UPDATE runs SET suite_id = ?2 WHERE id = ?1",
            params![self.run_id, self.suite_id],
        )?;
        Ok(())
    }

    fn case_key(&mut self, connection: &Connection, case: &Case) -> rusqlite::Result<i64> {
        if let Some(key) = self.cases.get(&case.id) {
            return Ok(*key);
        }
        let key = writer::case_key(connection, self.suite_id, case)?;
        self.cases.insert(case.id.clone(), key);
        Ok(key)
    }

    fn finish_attempt(
        &mut self,
        connection: &Connection,
        place: Place,
        case: &Case,
        report: &AttemptReport,
        end: Option<&TurnEnd>,
    ) -> rusqlite::Result<()> {
        let case_key = self.case_key(connection, case)?;
        let class = report.outcome.class();
        let ended = self.unix_us(report.started_after + report.elapsed);
        let ended_s = ended.div_euclid(1_000_000);
        if self.minute.is_due(ended_s) {
            self.minute.roll_up(connection, self.run_id)?;
        }
        let number = int(place.number);
        self.minute.add(
            case_key,
            number,
            ended_s,
            &Sample::new(class, report.elapsed, &report.stats),
        );
        *self.added.entry((self.suite_id, class)).or_default() += 1;
        self.failed += i64::from(report.verdict() == Verdict::Fail);
        self.take_turn(place, class, end);
        self.flight = Flight {
            attempt: None,
            has_changed: true,
        };
        AttemptRow {
            run_id: self.run_id,
            part_id: self.part_id,
            case_key,
            place,
            began_us: self.unix_us(report.started_after),
            report,
        }
        .insert(connection)?;
        if let Some(agent) = &report.agent {
            self.agents.add(agent);
            self.agents_changed = true;
        }
        self.add_findings(connection, number, report)
    }

    fn add_findings(
        &self,
        connection: &Connection,
        number: i64,
        report: &AttemptReport,
    ) -> rusqlite::Result<()> {
        for finding in &report.findings {
            connection
                .prepare_cached(
                    "INSERT INTO finding_totals (run_id, code, count, attempts, first_number, detail) \
                     VALUES (?1, ?2, ?3, 1, ?4, ?5) ON CONFLICT DO UPDATE SET \
                     count = count + excluded.count, attempts = attempts + 1",
                )?
                .execute(params![
                    self.run_id,
                    finding.code.as_str(),
                    int(finding.count),
                    number,
                    finding.detail
                ])?;
        }
        Ok(())
    }

    fn sample(
        &self,
        connection: &Connection,
        at: Duration,
        sample: &SelfSample,
    ) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO samples (run_id, at_us, span_us, lag_max_us, late_us, cpu_us, \
                 memory_bytes, descriptors, lost_log_lines, commits, commit_us, commit_max_us) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                self.run_id,
                self.unix_us(at),
                us(sample.span),
                us(sample.lag_max),
                us(sample.late),
                us(sample.cpu),
                int(sample.memory_bytes),
                int(sample.descriptors),
                int(sample.lost_log_lines),
                int(sample.commits),
                us(sample.commit_time),
                us(sample.commit_max),
            ])?;
        Ok(())
    }

    fn end(
        &mut self,
        connection: &Connection,
        at: Duration,
        end: &RunEnd,
        problems: &[RunProblem],
    ) -> rusqlite::Result<()> {
        self.minute.roll_up(connection, self.run_id)?;
        if let Some(outage) = self.outage.take() {
            outage.end(connection, at, false)?;
        }
        connection.execute(
            "UPDATE runs SET ended = ?2, problems = ?3 WHERE id = ?1",
            params![self.run_id, end.code(), recorded::told_problems(problems)],
        )?;
        self.end_part(connection, PartEnd::InGoodOrder)
    }
}
