-- +goose Up

-- Until when a contact's events belong to the account that it was with before.
ALTER TABLE contacts ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;

-- Whom an activity or opportunity with events belonged to when it was read, and
-- its stamp: a corrected time replaces the point of the wrong one, and a late
-- page replaces nothing.
CREATE TABLE activity_reads (
    id       TEXT    NOT NULL,
    system   TEXT    NOT NULL,
    object   TEXT    NOT NULL,
    home_id  TEXT    NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (id, system, object)
) STRICT, WITHOUT ROWID;
