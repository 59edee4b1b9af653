package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// TestMain runs the tests, or is a worker or a launcher of PHP: they are this binary,
// started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := testWorker(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1) //nolint:forbidigo // this is a separate process
		}
		return
	}
	if len(os.Args) == 2 && os.Args[1] == native.LaunchCommand {
		if err := native.Launch(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // this is a separate process
		}
		return
	}
	m.Run() // TestMain's caller exits with the result
}

// tenantSite creates a small site with a database that does not exist.
func tenantSite(t *testing.T) site.Place {
	t.Helper()
	root := filepath.Join(sitetest.Grow(t, sitetest.Small("home/site/", "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', 'secret word'); define('DB_HOST', 'localhost:/nowhere'); define('UPLOADS', 'wp-content/uploads');\n"+
		"$table_prefix = 'wp_'; require_once __DIR__ . '/wp-settings.php';")), "home/site")
	p, err := site.PlaceOf(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
