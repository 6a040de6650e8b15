-- Shards: several runs, each in a ledger of its own, that are read as one once they are merged.

-- What tells a run from every other one, in whatever ledger it is.
ALTER TABLE runs ADD COLUMN uid TEXT NOT NULL DEFAULT '';
UPDATE runs SET uid = lower(hex(randomblob(16)));
CREATE UNIQUE INDEX runs_by_uid ON runs (uid);
-- Runs of different ledgers may be called the same.
DROP INDEX runs_by_marker;
CREATE INDEX runs_by_marker ON runs (marker);

-- Runs that are those of shards.
CREATE TABLE shards (
    run_id       INTEGER PRIMARY KEY REFERENCES runs (id),
    -- Counted from zero.
    shard        INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    -- What was started together; empty where nobody named it.
    shard_group  TEXT NOT NULL,
    -- What stands for the cases that were dealt out.
    cases_digest TEXT NOT NULL
) STRICT;

-- Runs that are made of those of shards. Each has a row in `runs` like any other, and nothing else of its
-- own: what came of it is what came of its members.
CREATE TABLE merged_runs (
    run_id      INTEGER PRIMARY KEY REFERENCES runs (id),
    shard_group TEXT NOT NULL,
    kind        TEXT NOT NULL,
    suite_stem  TEXT NOT NULL,
    UNIQUE (shard_group, kind, suite_stem)
) STRICT;
CREATE TABLE merged_members (
    run_id        INTEGER NOT NULL REFERENCES merged_runs (run_id),
    member_id     INTEGER NOT NULL REFERENCES runs (id),
    -- What its attempts' numbers are counted on from, so that each is there once.
    number_offset INTEGER NOT NULL,
    PRIMARY KEY (run_id, member_id)
) STRICT, WITHOUT ROWID;

-- The runs whose rows are those of a run: its members', or its own.
CREATE VIEW members AS
    SELECT id AS run_id, id AS member_id, 0 AS number_offset FROM runs
    WHERE id NOT IN (SELECT run_id FROM merged_runs)
    UNION ALL
    SELECT run_id, member_id, number_offset FROM merged_members;
