-- +goose Up
-- Matches that a person has to settle, and what a person has decided.

CREATE TABLE match_cases (
    id     TEXT    NOT NULL PRIMARY KEY,
    rule   TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    state  TEXT    NOT NULL CHECK (state IN ('open', 'linked', 'split', 'settled')),
    since  INTEGER NOT NULL,
    closed INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX match_cases_state ON match_cases (state, since, id);

CREATE TABLE match_candidates (
    case_id TEXT NOT NULL REFERENCES match_cases (id) DEFERRABLE INITIALLY DEFERRED,
    system  TEXT NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (case_id, system, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_candidates_record ON match_candidates (id, system);

-- Pairs that a person has split: no rule links them again.
CREATE TABLE match_splits (
    salesforce TEXT    NOT NULL,
    hubspot    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (salesforce, hubspot)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_splits_hubspot ON match_splits (hubspot);

CREATE INDEX handoffs_account ON handoffs (account);

-- Ambiguous matches were parked as problems before; they are cases now, and
-- are found again with the next change of a record.
DELETE FROM problems WHERE object = 'match';
UPDATE accounts SET dirty = 1;
