-- +goose Up

-- How an open handoff goes, as workflows encodes it.
ALTER TABLE handoffs ADD COLUMN story TEXT NOT NULL DEFAULT '';

-- What sales and buyers did on accounts, and opportunities: one row per record
-- of a CRM, as it is now.
CREATE TABLE sales_activities (
    id       TEXT    NOT NULL,
    system   TEXT    NOT NULL,
    object   TEXT    NOT NULL,
    home_id  TEXT    NOT NULL,
    modified INTEGER NOT NULL,
    doc      TEXT    NOT NULL,
    PRIMARY KEY (id, system, object)
) STRICT, WITHOUT ROWID;

CREATE INDEX sales_activities_home ON sales_activities (home_id, system);

-- Handoffs that were open before are followed from now on.
UPDATE accounts SET dirty = 1;
