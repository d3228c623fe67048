-- +goose Up

-- To count accounts of one outcome, which may be few, without reading all.
CREATE INDEX accounts_outcome ON accounts (outcome, id);
