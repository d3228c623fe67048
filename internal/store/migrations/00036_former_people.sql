-- +goose Up

-- What a contact was called and where it belonged before it changed, moved or
-- was deleted: summaries and writes of that time still say so, and forgetting
-- the person must find them. Rows go when the person is forgotten.
CREATE TABLE former_people (
    id      TEXT NOT NULL,
    system  TEXT NOT NULL,
    home_id TEXT NOT NULL,
    name    TEXT NOT NULL,
    email   TEXT NOT NULL,
    PRIMARY KEY (id, system, home_id, name, email)
) STRICT, WITHOUT ROWID;

CREATE INDEX former_people_email ON former_people (lower(email)) WHERE email <> '';

-- Triggers, so that no way of changing a contact can pass them by.
-- +goose StatementBegin
CREATE TRIGGER contacts_changed AFTER UPDATE OF home_id, name, email ON contacts
WHEN OLD.home_id <> NEW.home_id OR OLD.name <> NEW.name AND OLD.name <> '' OR OLD.email <> NEW.email AND OLD.email <> ''
BEGIN
    INSERT INTO former_people (id, system, home_id, name, email)
    VALUES (OLD.id, OLD.system, OLD.home_id, OLD.name, OLD.email) ON CONFLICT DO NOTHING;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contacts_deleted AFTER DELETE ON contacts
BEGIN
    INSERT INTO former_people (id, system, home_id, name, email)
    VALUES (OLD.id, OLD.system, OLD.home_id, OLD.name, OLD.email) ON CONFLICT DO NOTHING;
END;
-- +goose StatementEnd
