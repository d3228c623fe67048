-- +goose Up

-- Why a write waits for somebody to act, '' if it does not.
ALTER TABLE outbox ADD COLUMN held TEXT NOT NULL DEFAULT '';

CREATE INDEX outbox_held ON outbox (system, kind, held, state, not_before) WHERE held <> '';

-- Whether the account has a living record in both CRMs. Until it is written
-- anew, a record that was deleted counts as living.
ALTER TABLE accounts ADD COLUMN both INTEGER NOT NULL DEFAULT 0 CHECK (both IN (0, 1));

UPDATE accounts SET both = 1 WHERE id IN (
    SELECT account FROM links WHERE object = 'account' GROUP BY account HAVING min(system) <> max(system)
);

CREATE INDEX accounts_both ON accounts (outcome) WHERE both = 1;
