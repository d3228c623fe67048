-- +goose Up

-- The stamp with which a record was merged away, or a contact was deleted: what
-- is older is a late page and does not bring it back.
CREATE TABLE merged (
    id     TEXT    NOT NULL,
    system TEXT    NOT NULL,
    object TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (id, system, object)
) STRICT, WITHOUT ROWID;
