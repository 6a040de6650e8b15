-- Suite files as they were, each version once.
CREATE TABLE suites (
    id   INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
) STRICT;

-- Cases of these versions, as far as they were attempted.
CREATE TABLE cases (
    id       INTEGER PRIMARY KEY,
    suite_id INTEGER NOT NULL REFERENCES suites (id),
    case_id  TEXT NOT NULL,
    name     TEXT NOT NULL,
    command  TEXT NOT NULL,
    UNIQUE (suite_id, case_id)
) STRICT;

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    marker      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    -- As it was named, and the same file from whatever folder: absolute, without links.
    suite_path  TEXT NOT NULL,
    suite_file  TEXT NOT NULL,
    suite_stem  TEXT NOT NULL,
    description TEXT NOT NULL,
    -- With its time zone, as RFC 9557 writes it.
    started_at  TEXT NOT NULL,
    version     TEXT NOT NULL,
    executor    TEXT NOT NULL,
    -- JSON: pairs of name and value.
    environment TEXT NOT NULL,
    -- JSON: what was asked for, and the settings in force. The program reads them to resume.
    options     TEXT NOT NULL,
    settings    TEXT NOT NULL,
    -- The suite in force.
    suite_id    INTEGER NOT NULL REFERENCES suites (id),
    -- How it ended; NULL while it goes on, and where it was broken off.
    ended       TEXT,
    -- JSON: pairs of code and words.
    problems    TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE UNIQUE INDEX runs_by_marker ON runs (marker);
CREATE INDEX runs_by_suite ON runs (suite_file);

-- How far a run has come. One row for each, written with every commit.
CREATE TABLE progress (
    run_id           INTEGER PRIMARY KEY REFERENCES runs (id),
    iteration        INTEGER NOT NULL DEFAULT 0,
    -- How many cases of that iteration had their turn.
    done             INTEGER NOT NULL DEFAULT 0,
    -- How often the case after those was tried in its turn so far, and how often it passed.
    tries            INTEGER NOT NULL DEFAULT 0,
    tries_passed     INTEGER NOT NULL DEFAULT 0,
    -- The number of the latest attempt that is kept.
    last_number      INTEGER NOT NULL DEFAULT 0,
    -- Up to this number, attempts are in rollups.
    rolled_up        INTEGER NOT NULL DEFAULT 0,
    -- Up to this number, attempts that did not fail are pruned; how many are, of whatever kind.
    pruned_to        INTEGER NOT NULL DEFAULT 0,
    pruned           INTEGER NOT NULL DEFAULT 0,
    -- How many failed attempts are kept with what was said of them; up to this number, none is.
    with_texts       INTEGER NOT NULL DEFAULT 0,
    bare_to          INTEGER NOT NULL DEFAULT 0,
    -- Whether nothing is left to prune, unless the run goes on.
    is_compact       INTEGER NOT NULL DEFAULT 0,
    -- The attempt that is under way.
    flight_number    INTEGER,
    flight_iteration INTEGER,
    flight_try       INTEGER,
    flight_case      INTEGER,
    flight_began_us  INTEGER
) STRICT;
CREATE INDEX progress_not_compact ON progress (run_id) WHERE is_compact = 0;

-- The parts of a run, each by a process of its own.
CREATE TABLE parts (
    id         INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL REFERENCES runs (id),
    began_us   INTEGER NOT NULL,
    elapsed_us INTEGER NOT NULL DEFAULT 0,
    version    TEXT NOT NULL,
    process    INTEGER NOT NULL,
    -- 'ended' or 'slept'; NULL while it goes on, and where it was broken off.
    ended      TEXT
) STRICT;
CREATE INDEX parts_by_run ON parts (run_id);

CREATE TABLE attempts (
    run_id          INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    part_id         INTEGER NOT NULL,
    case_key        INTEGER NOT NULL,
    iteration       INTEGER NOT NULL,
    -- How often the case had been tried in its turn with this attempt.
    try             INTEGER NOT NULL,
    -- By the wall clock.
    began_us        INTEGER NOT NULL,
    elapsed_us      INTEGER NOT NULL,
    outcome         INTEGER NOT NULL,
    exit_code       INTEGER,
    connect_us      INTEGER,
    head_us         INTEGER,
    first_event_us  INTEGER,
    first_output_us INTEGER,
    terminal_us     INTEGER,
    longest_gap_us  INTEGER NOT NULL,
    events          INTEGER NOT NULL,
    stream_bytes    INTEGER NOT NULL,
    output_bytes    INTEGER NOT NULL,
    explanation     TEXT,
    -- JSON: code, count and detail of each.
    findings        TEXT,
    -- JSON: what an agent told.
    agent           TEXT,
    -- The end of the output of an attempt that failed.
    output          TEXT,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_failed ON attempts (run_id, number) WHERE outcome BETWEEN 1 AND 5;

-- How many attempts came to what.
CREATE TABLE totals (
    run_id   INTEGER NOT NULL,
    suite_id INTEGER NOT NULL,
    outcome  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (run_id, suite_id, outcome)
) STRICT, WITHOUT ROWID;

-- How many cases got which verdict, each counted once in an iteration.
CREATE TABLE verdict_totals (
    run_id  INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (run_id, verdict)
) STRICT, WITHOUT ROWID;

-- What agents told together.
CREATE TABLE agent_totals (
    run_id          INTEGER PRIMARY KEY,
    attempts        INTEGER NOT NULL,
    cost_billionths INTEGER NOT NULL,
    cost_untold     INTEGER NOT NULL,
    input           INTEGER NOT NULL,
    output          INTEGER NOT NULL,
    cache_creation  INTEGER NOT NULL,
    cache_read      INTEGER NOT NULL,
    tokens_untold   INTEGER NOT NULL,
    rate_limited    INTEGER NOT NULL
) STRICT;

CREATE TABLE finding_totals (
    run_id       INTEGER NOT NULL,
    code         TEXT NOT NULL,
    count        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    first_number INTEGER NOT NULL,
    detail       TEXT NOT NULL,
    PRIMARY KEY (run_id, code)
) STRICT, WITHOUT ROWID;

-- What came of one case in one minute or, when that is long ago, in one hour. Several rows may be about
-- the same time; they add up.
CREATE TABLE rollups (
    id            INTEGER PRIMARY KEY,
    run_id        INTEGER NOT NULL,
    -- Seconds: 60 or 3600.
    width_s       INTEGER NOT NULL,
    began_s       INTEGER NOT NULL,
    case_key      INTEGER NOT NULL,
    -- JSON: counts by outcome, in the order of the classes.
    outcomes      TEXT NOT NULL,
    -- Histograms of attempts that passed: microseconds, in the HDR V2 encoding.
    durations     BLOB NOT NULL,
    first_outputs BLOB NOT NULL,
    gaps          BLOB NOT NULL
) STRICT;
CREATE INDEX rollups_by_hour ON rollups (run_id, width_s, began_s / 3600, case_key);

CREATE TABLE outages (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL,
    part_id   INTEGER NOT NULL,
    began_us  INTEGER NOT NULL,
    -- NULL while it lasts, and where its part was broken off.
    lasted_us INTEGER,
    -- Whether the executor came back; if not, it lasted to the end of its part.
    is_over   INTEGER NOT NULL DEFAULT 0,
    reason    TEXT NOT NULL
) STRICT;
CREATE INDEX outages_by_run ON outages (run_id);

-- What the runner measured about itself.
CREATE TABLE samples (
    id             INTEGER PRIMARY KEY,
    run_id         INTEGER NOT NULL,
    at_us          INTEGER NOT NULL,
    span_us        INTEGER NOT NULL,
    lag_max_us     INTEGER NOT NULL,
    late_us        INTEGER NOT NULL,
    cpu_us         INTEGER NOT NULL,
    memory_bytes   INTEGER NOT NULL,
    descriptors    INTEGER NOT NULL,
    lost_log_lines INTEGER NOT NULL,
    commits        INTEGER NOT NULL,
    commit_us      INTEGER NOT NULL,
    commit_max_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX samples_by_run ON samples (run_id);

-- What the processes of an executor on the same machine took.
CREATE TABLE executor_samples (
    run_id       INTEGER NOT NULL,
    at_us        INTEGER NOT NULL,
    span_us      INTEGER NOT NULL,
    cpu_us       INTEGER NOT NULL,
    memory_bytes INTEGER NOT NULL,
    descriptors  INTEGER NOT NULL,
    threads      INTEGER NOT NULL,
    processes    INTEGER NOT NULL
) STRICT;
CREATE INDEX executor_samples_by_run ON executor_samples (run_id, at_us);
