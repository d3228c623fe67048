-- +goose Up

-- People to be forgotten: hashes of the record and of the e-mail address.
CREATE TABLE forgotten (
    hash TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX contacts_email ON contacts (lower(email)) WHERE email <> '';
CREATE INDEX points_labelled ON points (source) WHERE label <> '';
CREATE INDEX handoffs_account_opened ON handoffs (account, opened);
CREATE INDEX outbox_result ON outbox (result) WHERE result <> '';
CREATE INDEX outbox_parked ON outbox (account) WHERE state = 'parked';
CREATE INDEX problems_record ON problems (id);
