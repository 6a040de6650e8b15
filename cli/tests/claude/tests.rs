//! What is asked, what is answered, and what has to come of it.

use std::{env, fs, os::unix::fs::symlink, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    messages_api::{Answer, Answers, MessagesApi},
    support::{Ended, Program, Scratch},
};

type Test = (&'static str, fn(&Claude));

/// All tests with their claims.
pub(crate) const ALL: &[Test] = &[
    (
        "the_questions_of_the_shipped_suite_are_answered_over_every_transport",
        the_questions_of_the_shipped_suite_are_answered_over_every_transport,
    ),
    (
        "what_the_cli_tells_stands_in_records_and_report",
        what_the_cli_tells_stands_in_records_and_report,
    ),
    (
        "a_number_in_a_session_id_is_no_answer",
        a_number_in_a_session_id_is_no_answer,
    ),
    (
        "a_tool_is_used_inside_of_the_sandbox_and_counted",
        a_tool_is_used_inside_of_the_sandbox_and_counted,
    ),
    (
        "an_error_of_the_service_fails_the_case_in_its_own_words",
        an_error_of_the_service_fails_the_case_in_its_own_words,
    ),
    (
        "a_rate_limit_that_passes_is_counted_and_the_answer_stands",
        a_rate_limit_that_passes_is_counted_and_the_answer_stands,
    ),
    (
        "an_answer_that_never_ends_is_a_timeout_whose_cost_nobody_knows",
        an_answer_that_never_ends_is_a_timeout_whose_cost_nobody_knows,
    ),
];

const ANSWERS: Answers = &[
    ("15 + 27", Answer::Text("42")),
    ("Work out 7 * 8", Answer::Text("56\n63\n16")),
    (
        "first 10 Fibonacci numbers",
        Answer::Text("0, 1, 1, 2, 3, 5, 8, 13, 21, 34"),
    ),
    (
        "Say something with a tool",
        Answer::Command {
            command: "echo said by a tool | tr a-z A-Z",
            output: "SAID BY A TOOL",
            text: "The tool said it.",
        },
    ),
    ("Be refused", Answer::Refused(400, "no credit is left")),
    ("Be patient", Answer::LimitedOnce("patience pays")),
    ("Think forever", Answer::Unfinished),
];

/// The CLI, and where it runs.
pub(crate) struct Claude {
    path: PathBuf,
}

impl Claude {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// `gauntlet` in `scratch`, with the CLI on `PATH` and everything it knows about the world pointing
    /// to `api`. Its home is the folder itself.
    fn gauntlet<'a>(
        &self,
        scratch: &Scratch,
        api: &MessagesApi,
        args: impl IntoIterator<Item = &'a str>,
    ) -> Program {
        let bin = scratch.path("bin");
        fs::create_dir(&bin).expect("a folder");
        symlink(&self.path, bin.join("claude")).expect("a link");
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(bin).chain(env::split_paths(&path));
        scratch
            .gauntlet(args)
            .env("PATH", env::join_paths(folders).expect("folders"))
            .env("ANTHROPIC_BASE_URL", api.url())
            .env("ANTHROPIC_API_KEY", "anything")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("IS_SANDBOX", "1")
    }

    /// Runs a suite of one case, whose id is `asked`, for a user who has used the CLI before: it has a
    /// folder for its state, which the sandbox allows it and without which it uses no tools.
    fn ask(&self, case: Value, gates: Value) -> (Ended, Scratch) {
        let scratch = Scratch::new();
        scratch.write(".claude/settings.json", "{}");
        let suite = json!({"gates": gates, "tests": [case]});
        scratch.write("suite.json", suite.to_string());
        let api = MessagesApi::start(ANSWERS);
        let args = ["run", "suite.json", "--json"];
        let ended = self.gauntlet(&scratch, &api, args).run();
        (ended, scratch)
    }
}

/// A case that asks `question` and is held against the final text.
fn asked(question: &str, patterns: &[&str]) -> Value {
    let ask = "claude -p --output-format stream-json --verbose";
    json!({
        "id": "asked",
        "command": format!("{ask} '{question}' </dev/null"),
        "output_format": "claude-stream-json",
        "match_on": "final_text",
        "expected_patterns": patterns,
        "timeout": 25,
    })
}

/// Also for a user who has never used the CLI: there is no folder for its state, and none can be made.
fn the_questions_of_the_shipped_suite_are_answered_over_every_transport(claude: &Claude) {
    for transport in ["ndjson", "sse", "websocket"] {
        the_questions_are_answered_over(claude, transport);
    }
}

fn the_questions_are_answered_over(claude: &Claude, transport: &str) {
    let scratch = Scratch::with_shipped_configs();
    let api = MessagesApi::start(ANSWERS);
    let args = [
        "run",
        "--json",
        "--require-all",
        "--tag",
        "claude",
        "--transport",
        transport,
    ];
    let ended = claude.gauntlet(&scratch, &api, args).exits(0);
    let records = ended.records();
    let ids = [
        "claude_single_arithmetic",
        "claude_multiple_arithmetic",
        "claude_fibonacci",
    ];
    assert_eq!(records.outcomes(), ids.map(|id| (id, "passed")), "{ended}");
    for id in ids {
        assert_eq!(records.case(id)["findings"], json!([]), "{ended}");
    }
    assert_eq!(records.finish()["agents"]["attempts"], 3, "{ended}");
    let requests = api.requests();
    let asked = |line: &&String| line.starts_with("POST /v1/messages");
    assert_eq!(requests.iter().filter(asked).count(), 3, "{requests:?}");
    assert_eq!(scratch.leftovers(), Vec::<PathBuf>::new());
    assert!(!scratch.exists(".claude"));
}

fn what_the_cli_tells_stands_in_records_and_report(claude: &Claude) {
    let gates = json!({"max_cost_usd": 1, "max_output_tokens": 100});
    let (ended, scratch) = claude.ask(asked("What is 15 + 27?", &["42"]), gates);
    assert_eq!(ended.code, Some(0), "{ended}");
    let records = ended.records();
    let agent = &records.case("asked")["agent"];
    assert_eq!(agent["final_text"], "42", "{ended}");
    assert_eq!(agent["turns"], 1);
    assert_eq!(agent["tokens"]["output"], 7);
    assert_eq!(agent["error"], Value::Null);
    assert!(agent["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0));
    assert!(
        agent["model"]
            .as_str()
            .is_some_and(|model| !model.is_empty())
    );
    for time in ["first_text_ms", "time_to_first_token_ms", "duration_ms"] {
        assert!(
            agent[time].as_f64().is_some_and(|ms| ms > 0.0),
            "{time}: {ended}"
        );
    }
    let report = scratch.report();
    for part in [
        "- **Turns**: 1\n",
        "- **Tokens**: 5 in, 7 out\n",
        "**Final text of the agent**\n\n```text\n42\n```\n",
        "- **Agents Run**: 1\n",
        "| `max_cost_usd` | at most \\$1.00 | $0.",
    ] {
        assert!(report.contains(part), "no {part:?} in\n{report}");
    }
}

fn a_number_in_a_session_id_is_no_answer(claude: &Claude) {
    // Whatever the session is called, each line names it.
    let case = asked("What is 15 + 27?", &["session_id"]);
    let (ended, _) = claude.ask(case.clone(), json!({}));
    let records = ended.records();
    assert_eq!(records.outcomes(), [("asked", "failed")], "{ended}");
    let mut on_output = case;
    on_output["match_on"] = "output".into();
    let (ended, _) = claude.ask(on_output, json!({}));
    assert_eq!(ended.records().outcomes(), [("asked", "passed")], "{ended}");
}

fn a_tool_is_used_inside_of_the_sandbox_and_counted(claude: &Claude) {
    let case = asked("Say something with a tool.", &["the tool said it"]);
    let (ended, _) = claude.ask(case, json!({}));
    assert_eq!(ended.code, Some(0), "{ended}");
    let records = ended.records();
    let agent = &records.case("asked")["agent"];
    let uses = json!([{"name": "Bash", "count": 1}]);
    assert_eq!(
        (&agent["tool_uses"], &agent["turns"]),
        (&uses, &json!(2)),
        "{ended}"
    );
}

fn an_error_of_the_service_fails_the_case_in_its_own_words(claude: &Claude) {
    let (ended, _) = claude.ask(asked("Be refused.", &[]), json!({}));
    assert_eq!(ended.code, Some(100), "{ended}");
    let records = ended.records();
    let case = records.case("asked");
    assert_eq!(case["outcome"], "failed");
    let why = case["explanation"].as_str().unwrap_or_default();
    assert!(
        why.contains("the agent reported an error: API Error: 400"),
        "{ended}"
    );
    assert!(why.contains("no credit is left"), "{ended}");
}

fn a_rate_limit_that_passes_is_counted_and_the_answer_stands(claude: &Claude) {
    let (ended, scratch) = claude.ask(asked("Be patient.", &["patience pays"]), json!({}));
    assert_eq!(ended.code, Some(0), "{ended}");
    let records = ended.records();
    let agent = &records.case("asked")["agent"];
    assert_eq!(
        (&agent["retries"], &agent["rate_limited"]),
        (&json!(1), &json!(1))
    );
    assert!(scratch.report().contains("- **Rate Limits Met**: 1\n"));
}

fn an_answer_that_never_ends_is_a_timeout_whose_cost_nobody_knows(claude: &Claude) {
    let mut case = asked("Think forever.", &[]);
    case["timeout"] = 4.into();
    let (ended, _) = claude.ask(case, json!({"max_cost_usd": 100}));
    assert_eq!(ended.code, Some(99), "{ended}");
    let records = ended.records();
    assert_eq!(records.outcomes(), [("asked", "timed-out")], "{ended}");
    assert_eq!(records.case("asked")["agent"]["has_result"], false);
    assert_eq!(records.case("asked")["findings"], json!([]));
    assert_eq!(
        records.finish()["gates"][0]["value"],
        "$0.00, and what 1 agent did not tell"
    );
}
