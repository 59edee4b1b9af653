package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// tablesSuite compares dumps of a database with very many small tables, such as that of
// a large multisite.
func tablesSuite() suite {
	return suite{
		name: "tables", work: "dump of small tables to /dev/null", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{tables: 10000}, prepare: prepareTables,
		contestants: func(*environment) []contestant { return toNull("many", 0.7) },
	}
}

func prepareTables(ctx context.Context, e *environment, data sizes) error {
	if err := e.startServer(ctx, []string{"--debug-no-sync", "--skip-sync-frm"}, []string{"--innodb-flush-method=nosync"}); err != nil {
		return err
	}
	if err := e.server.Exec(ctx, smallTables(data.tables)...); err != nil {
		return err
	}
	return e.addRoot("many")
}

// smallTables returns statements that create the database many with n tables, each with one row.
func smallTables(n int64) []string {
	list := []string{"CREATE DATABASE many CHARACTER SET utf8mb4", "USE many"}
	for i := range n {
		name := fmt.Sprintf("wp_%d_%s", i/3+1, [...]string{"options", "posts", "terms"}[i%3])
		list = append(list,
			"CREATE TABLE "+name+" (ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(191) NOT NULL DEFAULT '', "+
				"value LONGTEXT NOT NULL, created DATETIME NOT NULL DEFAULT '2020-01-01', status VARCHAR(20) NOT NULL DEFAULT 'yes', UNIQUE KEY name (name), KEY status (status))",
			"INSERT INTO "+name+" (name, value) VALUES ('siteurl', 'https://example.com')")
	}
	return list
}

// addRoot creates a site that has only a configuration, which names a database. As root, the site
// belongs to www-data, so that a worker reads the database.
func (e *environment) addRoot(database string) error {
	root := filepath.Join(e.dir, "root")
	files := map[string]string{
		"wp-config.php": "<?php\ndefine('DB_NAME', '" + database + "');\ndefine('DB_USER', 'root');\ndefine('DB_PASSWORD', '');\ndefine('DB_HOST', 'localhost:" + e.server.Socket + "');\n" +
			"$table_prefix = 'wp_';\nif (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');\nrequire_once ABSPATH . 'wp-settings.php';\n",
		"wp-load.php": "<?php\n", "wp-settings.php": "<?php\n", "wp-includes/version.php": "<?php\n$wp_version = '6.8';\n",
	}
	for _, dir := range []string{root, filepath.Join(root, "wp-includes"), filepath.Join(root, "wp-content")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return fmt.Errorf("make a site: %w", err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("make a site: %w", err)
		}
	}
	if os.Geteuid() == 0 {
		if err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
			if err == nil {
				err = os.Chown(path, 33, 33)
			}
			return err
		}); err != nil {
			return fmt.Errorf("make a site: %w", err)
		}
	}
	e.vars = append(e.vars, "ROOT="+root)
	return nil
}

// toNull returns the contestants that dump to /dev/null, as users start them. With a pipe, its
// reader would slow down a program that writes in small pieces.
func toNull(database string, goal float64) []contestant {
	dumper := `eval "$DUMPER" --no-defaults --single-transaction --quick -uroot '-S"$SOCKET"' `
	const stock, ours = "stock, to /dev/null", "wp-oneway dump, to /dev/null"
	return []contestant{
		{name: stock, command: dumper + database + " >/dev/null"},
		{name: ours, command: `exec "$WP_ONEWAY" dump "$ROOT" --quiet >/dev/null`, peers: []peer{{stock, goal}}},
	}
}
