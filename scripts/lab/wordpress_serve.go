package lab

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Serve serves the site with PHP's built-in server on a free port of this machine, until stop is
// called.
func (w *WordPress) Serve(ctx context.Context) (url string, stop func(), err error) {
	return ServeWordPress(ctx, w.Root, nil)
}

// ServeWordPress serves the WordPress in root. If db is not nil, it replaces the database in the
// site's configuration.
func ServeWordPress(ctx context.Context, root string, db *Database) (url string, stop func(), err error) {
	err = retryStart(func() (err error) {
		url, stop, err = servePHP(ctx, root, db)
		return err
	})
	return url, stop, err
}

// servePHP makes one attempt to serve for ServeWordPress.
func servePHP(ctx context.Context, root string, db *Database) (url string, stop func(), err error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "lab-serve-")
	if err != nil {
		return "", nil, fmt.Errorf("serve %s: %w", root, err)
	}
	url = fmt.Sprintf("http://127.0.0.1:%d", port)
	// PHP keeps the first definition of a constant, so these override the configuration.
	prepend := fmt.Sprintf("<?php define('WP_HOME', '%s'); define('WP_SITEURL', '%s'); define('DISABLE_WP_CRON', true);\n", url, url)
	if db != nil {
		prepend += fmt.Sprintf("define('DB_NAME', %s); define('DB_USER', %s); define('DB_PASSWORD', %s); define('DB_HOST', %s);\n",
			phpString(db.Name), phpString(db.User), phpString(db.Password), phpString("localhost:"+db.Server.Socket))
	}
	script := filepath.Join(dir, "prepend.php")
	if err := os.WriteFile(script, []byte(prepend), 0o644); err != nil {
		return "", nil, fmt.Errorf("serve %s: %w", root, err)
	}
	p, err := startProcess(exec.Command(
		"php", "-d", "display_errors=0", "-d", "auto_prepend_file="+script,
		"-S", strings.TrimPrefix(url, "http://"), "-t", root,
	), filepath.Join(dir, "php.log"))
	stop = func() {
		if p != nil {
			p.kill()
		}
		_ = os.RemoveAll(dir)
	}
	if err == nil {
		err = p.waitReady(ctx, func(ctx context.Context) error { return checkPage(ctx, url+"/readme.html") })
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("serve %s: %w", root, err)
	}
	return url, stop, nil
}

// checkPage requests a page and returns an error unless the status is 200.
func checkPage(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", url, res.Status)
	}
	return nil
}
