-- +goose Up

-- Times are microseconds since 1970 in UTC. A time that may be missing is
-- NULL; every other one is NOT NULL. Booleans are 0 and 1. Columns named doc,
-- life, trace and payload hold what other rooms encoded and are opaque here.

-- "hdfd": tells a store of handoffd from any other SQLite database.
PRAGMA application_id = 1751410276;

CREATE TABLE accounts (
    id       TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    name_key TEXT    NOT NULL, -- name with the case folded, to find it by
    domain   TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    outcome  TEXT    NOT NULL,
    dirty    INTEGER NOT NULL CHECK (dirty IN (0, 1)),
    due      INTEGER,
    changed  INTEGER NOT NULL,
    life     BLOB,
    doc      BLOB
) STRICT;

CREATE INDEX accounts_name ON accounts (name_key);
CREATE INDEX accounts_domain ON accounts (lower(domain)) WHERE domain <> '';
CREATE INDEX accounts_state ON accounts (state, outcome);
CREATE INDEX accounts_dirty ON accounts (id) WHERE dirty = 1;
CREATE INDEX accounts_due ON accounts (due, id) WHERE dirty = 0 AND due IS NOT NULL;

-- The reference is deferred: within one transaction links may be written
-- before the account that they lead to.
CREATE TABLE links (
    id      TEXT NOT NULL,
    system  TEXT NOT NULL,
    object  TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (id, system, object)
) STRICT, WITHOUT ROWID;

CREATE INDEX links_account ON links (account);

CREATE TABLE match_keys (
    rule   TEXT NOT NULL,
    key    TEXT NOT NULL,
    system TEXT NOT NULL,
    object TEXT NOT NULL,
    id     TEXT NOT NULL,
    PRIMARY KEY (rule, key, system, object, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_keys_record ON match_keys (id, system, object);

CREATE TABLE contacts (
    id       TEXT    NOT NULL,
    system   TEXT    NOT NULL,
    home_id  TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    email    TEXT    NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (id, system)
) STRICT, WITHOUT ROWID;

CREATE INDEX contacts_home ON contacts (home_id, system);

CREATE TABLE counters (
    record   TEXT NOT NULL,
    property TEXT NOT NULL,
    value    REAL NOT NULL,
    PRIMARY KEY (record, property)
) STRICT, WITHOUT ROWID;

-- The key is in the order in which points are read: one range per home.
CREATE TABLE points (
    home_id TEXT    NOT NULL,
    system  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    signal  TEXT    NOT NULL,
    source  TEXT    NOT NULL,
    value   REAL    NOT NULL,
    label   TEXT    NOT NULL,
    PRIMARY KEY (home_id, system, at, signal, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE handoffs (
    id       TEXT    NOT NULL PRIMARY KEY,
    account  TEXT    NOT NULL,
    rule     TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    stage    TEXT    NOT NULL,
    policy   TEXT    NOT NULL,
    opened   INTEGER NOT NULL,
    closed   INTEGER,
    outcome  TEXT    NOT NULL,
    system   TEXT    NOT NULL,
    owner_id TEXT    NOT NULL,
    owner    TEXT    NOT NULL,
    due      INTEGER,
    reasons  TEXT    NOT NULL, -- a JSON list
    summary  TEXT    NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;

-- I2: an account has at most one open handoff.
CREATE UNIQUE INDEX handoffs_open ON handoffs (account) WHERE closed IS NULL;
CREATE INDEX handoffs_opened ON handoffs (opened, id);

CREATE TABLE decisions (
    seq     INTEGER PRIMARY KEY,
    account TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    policy  TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    trace   BLOB
) STRICT;

CREATE INDEX decisions_account ON decisions (account, at, seq);

-- A new seq is always above those that are there, so it is the order of
-- creation.
CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    account    TEXT    NOT NULL,
    system     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    priority   INTEGER NOT NULL,
    payload    BLOB,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'unknown', 'done', 'parked')),
    attempts   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    result     TEXT    NOT NULL,
    error      TEXT    NOT NULL
) STRICT;

CREATE INDEX outbox_open ON outbox (system, priority, seq) WHERE state IN ('pending', 'sending', 'unknown');
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state IN ('pending', 'unknown');
CREATE INDEX outbox_account ON outbox (account, seq);
CREATE INDEX outbox_done ON outbox (created) WHERE state = 'done';

-- The keys of done rows that were pruned: what was delivered once is never
-- taken into the outbox again (I2).
CREATE TABLE outbox_delivered (
    key TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
    system  TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    cursor  TEXT    NOT NULL,
    loaded  INTEGER NOT NULL CHECK (loaded IN (0, 1)),
    through INTEGER,
    changed INTEGER NOT NULL,
    PRIMARY KEY (system, object)
) STRICT, WITHOUT ROWID;

CREATE TABLE problems (
    system   TEXT    NOT NULL,
    object   TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    field    TEXT    NOT NULL,
    vendor   TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    since    INTEGER NOT NULL,
    next_try INTEGER,
    PRIMARY KEY (system, object, id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    system     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    manager_id TEXT    NOT NULL,
    teams      TEXT    NOT NULL, -- a JSON list
    queue      INTEGER NOT NULL CHECK (queue IN (0, 1)),
    PRIMARY KEY (system, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
