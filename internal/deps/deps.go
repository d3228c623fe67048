//go:build deps

package deps

import (
	_ "github.com/belong-inc/go-hubspot"
	_ "github.com/cenkalti/backoff/v4"
	_ "github.com/expr-lang/expr/parser"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/pressly/goose/v3"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/rickar/cal/v2/us"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/simpleforce/simpleforce"
	_ "github.com/spf13/cobra"
	_ "golang.org/x/net/idna"
	_ "golang.org/x/net/publicsuffix"
	_ "golang.org/x/oauth2"
	_ "golang.org/x/oauth2/jwt"
	_ "golang.org/x/time/rate"
	_ "gopkg.in/yaml.v3"
	_ "modernc.org/sqlite"
	_ "pgregory.net/rapid"
)
