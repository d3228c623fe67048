-- +goose Up

-- What kept an account from sales, or the whole of handoffd from writing, from a
-- time on: what an explanation of that time tells. Rows are only added. An empty
-- account stands for handoffd, an empty kind for nothing.
CREATE TABLE waits (
    seq     INTEGER PRIMARY KEY,
    account TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    doc     TEXT    NOT NULL -- JSON
) STRICT;

CREATE INDEX waits_account ON waits (account, at, seq);
