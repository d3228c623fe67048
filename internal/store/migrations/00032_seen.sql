-- +goose Up

-- The accounts' records that a reload under way has come across, to tell at
-- its end which are gone.
CREATE TABLE seen (
    system TEXT NOT NULL,
    id     TEXT NOT NULL,
    PRIMARY KEY (system, id)
) STRICT, WITHOUT ROWID;
