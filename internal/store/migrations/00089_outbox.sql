-- +goose Up

-- A list of more than two values makes SQLite build a temporary table for
-- every row that is written, so the states are compared one by one here, and
-- the open ones are told by the two that are over.
CREATE TABLE outbox_anew (
    seq        INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    account    TEXT    NOT NULL,
    system     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    priority   INTEGER NOT NULL,
    payload    BLOB,
    state      TEXT    NOT NULL CHECK (state = 'pending' OR state = 'sending' OR state = 'unknown' OR state = 'done' OR state = 'parked'),
    attempts   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    result     TEXT    NOT NULL,
    error      TEXT    NOT NULL,
    held       TEXT    NOT NULL DEFAULT ''
) STRICT;

INSERT INTO outbox_anew (seq, key, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error, held)
SELECT seq, key, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error, held FROM outbox;

DROP TABLE outbox;
ALTER TABLE outbox_anew RENAME TO outbox;

CREATE INDEX outbox_open ON outbox (system, priority, seq) WHERE state NOT IN ('done', 'parked');
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state IN ('pending', 'unknown');
CREATE INDEX outbox_account ON outbox (account, seq);
-- Of all states, so that a row stays where it is when it is done.
CREATE INDEX outbox_created ON outbox (created);
CREATE INDEX outbox_result ON outbox (result) WHERE result <> '';
CREATE INDEX outbox_parked ON outbox (account) WHERE state = 'parked';
CREATE INDEX outbox_held ON outbox (system, kind, held, state, not_before) WHERE held <> '';
