-- +goose Up

-- Counters go along when the account that they belong to is merged.
CREATE INDEX readings_home ON readings (home_id) WHERE home_id <> '';
