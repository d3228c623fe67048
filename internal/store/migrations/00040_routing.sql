-- +goose Up

-- Who was given which stage of which handoff, and why they were chosen. Rows
-- are only added: a stage that is given to somebody else has another row.
CREATE TABLE assignments (
    seq      INTEGER PRIMARY KEY,
    handoff  TEXT    NOT NULL,
    stage    TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    person   TEXT    NOT NULL, -- alike in both CRMs
    system   TEXT    NOT NULL,
    owner_id TEXT    NOT NULL,
    owner    TEXT    NOT NULL,
    source   TEXT    NOT NULL, -- owner, pool, fallback, or a field
    pool     TEXT    NOT NULL,
    why      TEXT    NOT NULL  -- a JSON list
) STRICT;

CREATE INDEX assignments_handoff ON assignments (handoff, seq);
CREATE INDEX assignments_at ON assignments (at, person);

-- How the pools stand: what everybody is owed, in accounts, and which of the
-- pool's turns was theirs last.
CREATE TABLE turns (
    pool   TEXT    NOT NULL,
    person TEXT    NOT NULL,
    credit REAL    NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (pool, person)
) STRICT, WITHOUT ROWID;
