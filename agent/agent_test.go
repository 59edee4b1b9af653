package agent

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A hookSink wraps a sink and replaces its Put.
type hookSink struct {
	sinks.Sink
	// put replaces Put; real is the wrapped sink.
	put func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error)
}

func (s *hookSink) Put(ctx context.Context, name string, r io.Reader) (sinks.Receipt, error) {
	return s.put(ctx, name, r, s.Sink)
}

var errTest = errors.New("error of the test")

// newSite creates a small WordPress with a database that does not exist.
func newSite(t *testing.T) site.Place {
	t.Helper()
	root := filepath.Join(sitetest.Grow(t, sitetest.Small("home/site/", "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:/nowhere'); define('UPLOADS', 'wp-content/uploads');\n"+
		"$table_prefix = 'wp_'; require_once __DIR__ . '/wp-settings.php';")), "home/site")
	p, err := site.PlaceOf(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
