package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

const (
	owners        = 30    // of the small sites
	firstOwner    = 20001 // user number; it needs no entry in /etc/passwd
	smallFiles    = 60
	smallFileSize = 17 << 10
)

// sitesSuite compares a backup of very many small sites with a loop over the sites, and the
// search for the sites with find. It runs as root, as on a host with many tenants.
func sitesSuite() suite {
	return suite{
		name: "sites", work: "backup of small sites of 30 owners into a folder, and the search for them", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{sites: 300}, prepare: prepareSites,
		contestants: func(e *environment) []contestant {
			const loop = `set -e; mkdir -p "$OUT"
for root in "$SITES"/*/*/; do
    name=$(basename "$root")
    mariadb-dump --no-defaults --single-transaction --quick -uroot --socket="$SOCKET" "$name" | zstd -q -3 -T2 >"$OUT/$name.sql.zst" &
    tar c -C "$root" . | zstd -q -3 -T2 >"$OUT/$name.tar.zst"
    wait $!
done
sync`
			return []contestant{
				{name: "shell loop", command: loop, stored: e.inFolder(0)},
				{
					name: "wp-oneway backup --all", command: `exec "$WP_ONEWAY" backup --all --with-core --quiet --to "$OUT"`,
					stored: e.inFolder(int(e.sites)), peers: []peer{{"shell loop", 0.7}},
				},
				{name: "find", command: `find "$SITES" -name wp-config.php`},
				{name: "wp-oneway sites", command: `exec "$WP_ONEWAY" sites`, peers: []peer{{"find", 3}}},
			}
		},
	}
}

func prepareSites(ctx context.Context, e *environment, data sizes) error {
	if os.Geteuid() != 0 {
		return errors.New("the sites of several owners need root")
	}
	if err := e.startServer(ctx, []string{"--debug-no-sync", "--skip-sync-frm"}, nil); err != nil {
		return err
	}
	e.sites = data.sites
	sites := filepath.Join(e.dir, "home")
	e.vars = append(e.vars, "SITES="+sites, "OUT="+filepath.Join(e.dir, "out"), "WP_ONEWAY_ROOTS="+sites, "WP_ONEWAY_LIMITS_SITES=2")
	if err := os.Mkdir(sites, 0o755); err != nil {
		return fmt.Errorf("make the sites: %w", err)
	}
	for i := range data.sites {
		if err := e.addSmallSite(ctx, sites, i); err != nil {
			return fmt.Errorf("make site %d: %w", i, err)
		}
	}
	return nil
}

// addSmallSite creates a site of 12 tables and 60 files, 1 MB in total. Every owner has the same
// number of sites.
func (e *environment) addSmallSite(ctx context.Context, sites string, i int64) error {
	name, owner := fmt.Sprintf("site%d", i), int(i%owners)+firstOwner
	statements := []string{"CREATE DATABASE " + name, "USE " + name}
	for _, table := range []string{"options", "posts", "postmeta", "terms", "termmeta", "term_taxonomy", "term_relationships", "comments", "commentmeta", "links", "users", "usermeta"} {
		statements = append(statements,
			"CREATE TABLE wp_"+table+" (ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) NOT NULL DEFAULT '', option_value LONGTEXT NOT NULL, KEY option_name (option_name)) DEFAULT CHARSET=utf8mb4",
			"INSERT INTO wp_"+table+" (option_name, option_value) SELECT CONCAT('name', seq), REPEAT(MD5(seq), 20) FROM seq_1_to_50")
	}
	if err := e.server.Exec(ctx, statements...); err != nil {
		return err
	}
	home := filepath.Join(sites, fmt.Sprint(owner))
	root := filepath.Join(home, name)
	files := map[string][]byte{
		"wp-config.php": []byte("<?php\ndefine('DB_NAME', '" + name + "');\ndefine('DB_USER', 'root');\ndefine('DB_PASSWORD', '');\ndefine('DB_HOST', 'localhost:" + e.server.Socket + "');\n" +
			"$table_prefix = 'wp_';\nrequire_once __DIR__ . '/wp-settings.php';\n"),
		"wp-load.php": []byte("<?php\n"), "wp-settings.php": []byte("<?php\n"), "wp-includes/version.php": []byte("<?php\n$wp_version = '6.8';\n"),
	}
	for n := range smallFiles {
		files[fmt.Sprintf("wp-content/plugins/p%d/%d.php", n%5, n)] = bytes.Repeat(fmt.Appendf(nil, "// line %d of site %d\n", n, i), smallFileSize/24)
	}
	for path, text := range files {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // a site's files can be read by all
			return err
		}
	}
	return filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, owner, owner))
	})
}
