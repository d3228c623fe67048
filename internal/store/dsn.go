package store

import (
	"net/url"
	"path/filepath"
	"strings"
)

// access is what a connection may do.
type access int

const (
	writing   access = iota
	reading          // beside a writer of this process
	following        // the file belongs to another process
	scrubbing        // rewrites the whole file, beside anybody
)

// dsn is the driver's connection string for the absolute path. The path is
// escaped, so that a folder named "50% off?" is no query string.
func dsn(path string, a access) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/data becomes /C:/data, as SQLite's URIs want it
	}
	q := url.Values{"_error_rc": {"1"}}
	pragma := func(p string) { q.Add("_pragma", p) }
	if a == scrubbing { // the file may not fit into memory, and others finish first
		q.Set("mode", "rw")
		pragma("busy_timeout(60000)")
		pragma("secure_delete(1)")
		return uri(path, q)
	}
	pragma("busy_timeout(5000)")
	pragma("temp_store(MEMORY)")
	switch a {
	case writing:
		q.Set("mode", "rw")
		q.Set("_txlock", "immediate")
		pragma("journal_mode(WAL)")
		pragma("synchronous(NORMAL)")
		pragma("foreign_keys(1)")
		pragma("secure_delete(1)")             // what is deleted or replaced is overwritten
		pragma("cache_size(-32768)")           // 32 MB
		pragma("journal_size_limit(67108864)") // 64 MB: a first load's log does not stay
	case reading:
		q.Set("mode", "rw")
		pragma("query_only(1)")
		pragma("cache_size(-8192)") // 8 MB each
	case following:
		q.Set("mode", "ro")
		pragma("query_only(1)")
		pragma("cache_size(-8192)")
	}
	return uri(path, q)
}

func uri(path string, q url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}
