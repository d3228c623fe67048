-- +goose Up

-- The one page of each stage of a handoff, frozen when the stage began. Rows are
-- only added; hash is the SHA-256 of what was frozen, also after a person was
-- erased from the text.
CREATE TABLE summaries (
    seq     INTEGER PRIMARY KEY,
    handoff TEXT    NOT NULL,
    stage   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    hash    TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    UNIQUE (handoff, stage)
) STRICT;

-- A handoff had only the page of its first stage so far.
INSERT INTO summaries (handoff, stage, at, hash, text)
SELECT id, coalesce(json_extract(nullif(story, ''), '$.stages[0].stage'), stage), opened, hash, summary FROM handoffs WHERE hash <> '';
