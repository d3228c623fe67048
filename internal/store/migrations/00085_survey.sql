-- +goose Up

-- What sales answered in a survey, one answer per person and day of the team's
-- calendar. respondent is a keyed hash; score is 1 to 5.
CREATE TABLE survey_answers (
    respondent TEXT    NOT NULL,
    day        TEXT    NOT NULL, -- 2026-11-22
    at         INTEGER NOT NULL,
    score      INTEGER NOT NULL,
    PRIMARY KEY (respondent, day)
) STRICT, WITHOUT ROWID;

-- Who booked a meeting is told from now on: open handoffs are looked at again.
UPDATE accounts SET dirty = 1;
