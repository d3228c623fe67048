-- +goose Up

-- Cases in which two people's values met in one field, and who won.
CREATE TABLE conflicts (
    account    TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    salesforce TEXT    NOT NULL,
    hubspot    TEXT    NOT NULL,
    winner     TEXT    NOT NULL,
    policy     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    PRIMARY KEY (account, at, field)
) STRICT, WITHOUT ROWID;

CREATE INDEX conflicts_at ON conflicts (at);
