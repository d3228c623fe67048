-- +goose Up

-- What a counter stood at, by the stamp of its record: growth is the
-- difference of two that follow each other, so that a late reading can take
-- its place between them. home_id is the account's record then, '' for none.
CREATE TABLE readings (
    record   TEXT    NOT NULL,
    property TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    value    REAL    NOT NULL,
    home_id  TEXT    NOT NULL,
    PRIMARY KEY (record, property, at)
) STRICT, WITHOUT ROWID;

-- The last values become baselines.
INSERT INTO readings (record, property, at, value, home_id) SELECT record, property, 0, value, '' FROM counters;

DROP TABLE counters;
