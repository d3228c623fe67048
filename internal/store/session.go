package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// session is one connection with the statements that were prepared on it. It
// is used by one goroutine at a time. The connection is opened when it is
// first needed and again after drop.
type session struct {
	db         *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// prepare returns the statement for the query, compiled at most once per
// connection. Queries are constants of this package, so the map stays small.
func (s *session) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := s.statements[query]; ok {
		return stmt, nil
	}
	if s.conn == nil {
		conn, err := s.db.Conn(context.Background())
		if err != nil {
			return nil, fmt.Errorf("opening database: %w", err)
		}
		s.conn, s.statements = conn, map[string]*sql.Stmt{}
	}
	stmt, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s.statements[query] = stmt
	return stmt, nil
}

// run executes a statement without parameters and results.
func (s *session) run(query string) error {
	stmt, err := s.prepare(query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(context.Background())
	return err
}

// drop closes the connection for good, which rolls back whatever was open on
// it. It is how an unclear state is left behind; errors have no bearing then.
func (s *session) drop() {
	for _, stmt := range s.statements {
		_ = stmt.Close()
	}
	if s.conn != nil {
		// Without this the pool below would hand out the same connection.
		_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = s.conn.Close()
	}
	s.conn, s.statements = nil, nil
}

// pool hands out the sessions of one kind of access.
type pool struct {
	db   *sql.DB
	free chan *session
}

func newPool(path string, a access, size int) (*pool, error) {
	db, err := sql.Open("sqlite", dsn(path, a))
	if err != nil {
		return nil, fmt.Errorf("opening database: %w", err)
	}
	db.SetMaxOpenConns(size)
	p := &pool{db: db, free: make(chan *session, size)}
	for range size {
		p.free <- &session{db: db}
	}
	return p, nil
}

// take waits for a session until ctx or the store ends.
func (p *pool) take(ctx context.Context, closed <-chan struct{}) (*session, error) {
	select {
	case <-closed:
		return nil, ErrClosed
	default:
	}
	select {
	case s := <-p.free:
		return s, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-closed:
		return nil, ErrClosed
	}
}

func (p *pool) give(s *session) { p.free <- s }

// close waits for the sessions to come back and closes them.
func (p *pool) close() error {
	for range cap(p.free) {
		(<-p.free).drop()
	}
	return p.db.Close()
}
