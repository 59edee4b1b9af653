package lab

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Serve serves the site with php's own server, from a free port of this machine,
// until stop is called.
func (w *WordPress) Serve(ctx context.Context) (url string, stop func(), err error) {
	return ServeWordPress(ctx, w.Root, nil)
}

// ServeWordPress serves whatever WordPress lies in root. With db, that database
// takes the place of the one that the site's configuration names.
func ServeWordPress(ctx context.Context, root string, db *Database) (url string, stop func(), err error) {
	for try := 1; ; try++ {
		url, stop, err = servePHP(ctx, root, db)
		if err == nil || try == portTries || !errors.Is(err, errEnded) {
			return url, stop, err
		}
	}
}

// servePHP serves it from a port that is free.
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
	// The first define wins, so what is defined before the configuration holds.
	prepend := fmt.Sprintf("<?php define('WP_HOME', '%s'); define('WP_SITEURL', '%s'); define('DISABLE_WP_CRON', true);\n", url, url)
	if db != nil {
		prepend += fmt.Sprintf("define('DB_NAME', %s); define('DB_USER', %s); define('DB_PASSWORD', %s); define('DB_HOST', %s);\n",
			phpString(db.Name), phpString(db.User), phpString(db.Password), phpString("localhost:"+db.Server.Socket))
	}
	script := filepath.Join(dir, "prepend.php")
	if err := os.WriteFile(script, []byte(prepend), 0o644); err != nil {
		return "", nil, fmt.Errorf("serve %s: %w", root, err)
	}
	p, err := startProcess("php", []string{
		"-d", "display_errors=0", "-d", "auto_prepend_file=" + script,
		"-S", strings.TrimPrefix(url, "http://"), "-t", root,
	}, filepath.Join(dir, "php.log"))
	stop = func() {
		if p != nil {
			p.kill()
		}
		_ = os.RemoveAll(dir)
	}
	if err == nil {
		err = p.await(ctx, func() error { return answers(ctx, url+"/readme.html") })
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("serve %s: %w", root, err)
	}
	return url, stop, nil
}

// answers asks for a page and reports an error unless it is there.
func answers(ctx context.Context, url string) error {
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

// create makes the database anew, and its account.
func (d Database) create(ctx context.Context) error {
	quoted := quoteName(d.Name)
	account := sqlString(d.User) + "@localhost"
	err := d.Server.Exec(ctx,
		"DROP DATABASE IF EXISTS "+quoted,
		"CREATE DATABASE "+quoted+" CHARACTER SET utf8mb4",
		"CREATE OR REPLACE USER "+account+" IDENTIFIED BY "+sqlString(d.Password),
		"GRANT ALL ON "+quoted+".* TO "+account)
	if err != nil {
		return fmt.Errorf("create database %s: %w", d.Name, err)
	}
	return nil
}

// CreateDatabase makes an empty database, in place of one of that name, and an
// account that may do everything in it.
func CreateDatabase(ctx context.Context, server *Server, name, password string) (*Database, error) {
	d := &Database{Server: server, Name: name, User: name, Password: password, Prefix: "wp_"}
	return d, d.create(ctx)
}

// Sibling makes another, empty database on the same server for the same account,
// in place of one of that name.
func (d Database) Sibling(ctx context.Context, name string) (*Database, error) {
	quoted := quoteName(name)
	err := d.Server.Exec(ctx,
		"DROP DATABASE IF EXISTS "+quoted,
		"CREATE DATABASE "+quoted+" CHARACTER SET utf8mb4",
		"GRANT ALL ON "+quoted+".* TO "+sqlString(d.User)+"@localhost")
	if err != nil {
		return nil, fmt.Errorf("create database %s: %w", name, err)
	}
	d.Name = name
	return &d, nil
}

// Open connects to the database as the server's root.
func (d Database) Open() (*sql.DB, error) {
	return sql.Open("mysql", d.Server.DSN(d.Name))
}

// quoteName is s as a name of SQL.
func quoteName(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

// sqlString is s as a literal of SQL.
func sqlString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}
