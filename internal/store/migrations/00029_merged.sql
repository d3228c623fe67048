-- +goose Up

-- The stamp with which a record was merged away: what is older is a late page
-- and does not bring it back.
CREATE TABLE merged (
    id     TEXT    NOT NULL,
    system TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (id, system)
) STRICT, WITHOUT ROWID;
