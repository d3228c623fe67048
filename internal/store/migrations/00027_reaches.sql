-- +goose Up

-- When the first event happened that could not be judged in time, of a record
-- that was not known as an account yet when the event was read.
CREATE TABLE reaches (
    home_id TEXT    NOT NULL,
    system  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (home_id, system)
) STRICT, WITHOUT ROWID;
