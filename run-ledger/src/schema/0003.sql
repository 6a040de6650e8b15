-- Runs of load. Each has a row in `runs` like any other and no row in `attempts`: what came of it is kept as
-- it is measured, as counts and histograms (microseconds, in the HDR V2 encoding).

-- What each of them was, and what came of it as a whole.
CREATE TABLE loads (
    run_id          INTEGER PRIMARY KEY REFERENCES runs (id),
    -- JSON: when attempts were to begin after the warm-up.
    model           TEXT NOT NULL,
    warmup_us       INTEGER NOT NULL,
    threads         INTEGER NOT NULL,
    -- When the warm-up ended, by the wall clock; NULL until the first entry.
    counts_from_us  INTEGER,
    -- What the executor said of its health, and how long that took; NULL if it was not healthy.
    health          TEXT,
    health_us       INTEGER,
    -- From the end of the warm-up on.
    elapsed_us      INTEGER NOT NULL DEFAULT 0,
    warmup_attempts INTEGER NOT NULL DEFAULT 0,
    in_flight_max   INTEGER NOT NULL DEFAULT 0,
    -- The share of its time in which the busiest thread was busy.
    busy            REAL NOT NULL DEFAULT 0,
    -- How an open schedule was kept.
    late            INTEGER NOT NULL DEFAULT 0,
    held            INTEGER NOT NULL DEFAULT 0,
    held_while_busy INTEGER NOT NULL DEFAULT 0,
    never_begun     INTEGER NOT NULL DEFAULT 0,
    lag             BLOB,
    -- How many attempts failed in ways that are not kept.
    other_failures  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What came of each case.
CREATE TABLE load_cases (
    run_id       INTEGER NOT NULL,
    -- Its place in the suite.
    place        INTEGER NOT NULL,
    case_key     INTEGER NOT NULL,
    category     TEXT,
    -- JSON: counts by outcome, in the order of the classes.
    outcomes     TEXT NOT NULL,
    good         INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    events       INTEGER NOT NULL,
    response     BLOB NOT NULL,
    service      BLOB NOT NULL,
    connect      BLOB NOT NULL,
    head         BLOB NOT NULL,
    first_event  BLOB NOT NULL,
    first_output BLOB NOT NULL,
    gaps         BLOB NOT NULL,
    failed       BLOB NOT NULL,
    PRIMARY KEY (run_id, place)
) STRICT;

-- What happened second by second or, where that makes no difference to a series any more, in longer times.
-- Several rows may be about the same time; they add up, but for `in_flight`, of which the most counts.
CREATE TABLE load_seconds (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL,
    -- 1, 64 or 4096: steps of series are powers of two.
    width_s   INTEGER NOT NULL,
    -- When it began, counted from the end of the warm-up.
    began_s   INTEGER NOT NULL,
    begun     INTEGER NOT NULL,
    outcomes  TEXT NOT NULL,
    good      INTEGER NOT NULL,
    in_flight INTEGER NOT NULL,
    held      INTEGER NOT NULL,
    response  BLOB NOT NULL
) STRICT;
CREATE INDEX load_seconds_by_time ON load_seconds (run_id, width_s, began_s);

-- The distinct ways in which attempts failed.
CREATE TABLE load_failures (
    run_id         INTEGER NOT NULL,
    -- In which order they were met.
    place          INTEGER NOT NULL,
    case_id        TEXT NOT NULL,
    outcome        INTEGER NOT NULL,
    words          TEXT NOT NULL,
    count          INTEGER NOT NULL,
    -- Of the first attempt that failed so.
    execution_id   TEXT NOT NULL,
    began_after_us INTEGER NOT NULL,
    exit_code      INTEGER,
    output         TEXT NOT NULL,
    PRIMARY KEY (run_id, place)
) STRICT;
