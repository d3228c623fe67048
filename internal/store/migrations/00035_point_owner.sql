-- +goose Up

-- Whose activity it was: the e-mail address, which both CRMs share. It tells
-- a copy that another sync has made from somebody else's activity.
ALTER TABLE points ADD COLUMN owner TEXT NOT NULL DEFAULT '';
