-- +goose Up

-- What limits count by, and what the delays of a handoff are computed from.
-- NULL for handoffs that were made or adopted without.
ALTER TABLE handoffs ADD COLUMN segment TEXT;
ALTER TABLE handoffs ADD COLUMN signal_at INTEGER;
ALTER TABLE handoffs ADD COLUMN met_at INTEGER;
ALTER TABLE handoffs ADD COLUMN queued INTEGER; -- microseconds
