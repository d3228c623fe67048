// Package store keeps what handoffd knows, in one SQLite file: accounts and
// the records that lead to them, the history of signals, handoffs, the
// decision log, the outbox, cursors and parked problems. It implements
// engine.Store and decides nothing.
//
// # Where to look
//
//   - store.go opens and closes; Update and View are the two ways in. dsn.go
//     holds every setting of SQLite that matters.
//   - session.go and tx.go run a transaction: prepared statements, commit,
//     rollback, what happens when the disk is full.
//   - accounts.go, find.go, links.go, keys.go, contacts.go, signals.go,
//     handoffs.go, decisions.go, outbox.go, problems.go and reading.go
//     (cursors, users, settings) hold the queries, one subject each;
//     migrations/ holds the tables.
//   - lock.go keeps a second daemon away, migrate.go brings an older file up
//     to date, backup.go copies it, prune.go forgets what is too old.
//
// # What holds
//
// Update is one transaction: a crash, a full disk or a panic at any point
// leaves all of it or none (I7). After the database has refused one statement
// for a fault of its own, the transaction can only be rolled back, whatever
// the caller does with the error.
//
// Commits survive the death of the process at once, and a power cut as soon as
// the operating system has written them out. The two kinds of row for which
// that is too late, outbox rows marked as sending and settings, are forced to
// the disk before Update returns.
//
// Writing is serial: one connection writes, a few others read beside it and
// see the last commit. Queries use $1 placeholders and no more of SQLite than
// lists.go, so that they can be shared with PostgreSQL.
package store
