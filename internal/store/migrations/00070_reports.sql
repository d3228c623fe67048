-- +goose Up

-- How all accounts stood on a day of the team's calendar: what a report cannot
-- tell later. doc is JSON, as workflows encodes it.
CREATE TABLE gauges (
    day TEXT    NOT NULL PRIMARY KEY, -- 2026-11-22
    at  INTEGER NOT NULL,
    doc TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Reports of months that are over, frozen: made again they say the same.
CREATE TABLE reports (
    month TEXT    NOT NULL PRIMARY KEY, -- 2026-11
    made  INTEGER NOT NULL,
    doc   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
