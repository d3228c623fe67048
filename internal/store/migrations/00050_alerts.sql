-- +goose Up

-- What people were told, when and on which channel: the ledger that ends a
-- storm of notices in one digest. The texts stand in the outbox.
CREATE TABLE alerts (
    key       TEXT    NOT NULL PRIMARY KEY,
    channel   TEXT    NOT NULL,
    addressee TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    digest    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX alerts_told ON alerts (channel, addressee, at) WHERE digest = '';
CREATE INDEX alerts_at ON alerts (at);
