package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// findSuite compares the list of very many sites with find, which only looks for a name. The
// sites need no database server, because only their configurations are read.
func findSuite() suite {
	return suite{
		name: "find", work: "search for the sites", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{sites: 1000}, prepare: prepareEmptySites,
		contestants: func(*environment) []contestant {
			return []contestant{
				{name: "find", command: `find "$SITES" -name wp-config.php`},
				{name: "wp-oneway sites", command: `exec "$WP_ONEWAY" sites "$SITES"`, peers: []peer{{"find", 3}}},
			}
		},
	}
}

// manySuite measures how time and memory of a backup of all sites grow with their number.
func manySuite() suite {
	return suite{
		name: "many", work: "backup of the files of small sites into a folder", rounds: 1, interval: lab.CoarseSampling,
		defaults: sizes{sites: 1000}, prepare: prepareEmptySites,
		contestants: func(e *environment) []contestant {
			return []contestant{{
				name: "wp-oneway backup --all", command: `exec "$WP_ONEWAY" backup --all --kind files --quiet --to "$OUT"`,
				stored: e.inFolder(int(e.sites)),
			}}
		},
	}
}

// filesSuite compares the backup of very many small files of one site with tar.
func filesSuite() suite {
	return suite{
		name: "files", work: "backup of small files into a folder", rounds: 3, interval: lab.CoarseSampling,
		defaults: sizes{files: 1_000_000}, prepare: prepareFiles,
		contestants: func(e *environment) []contestant {
			return []contestant{
				{name: "tar, zstd -3", command: `mkdir -p "$OUT"; tar c -C "$ROOT" . | zstd -q -3 -T2 >"$OUT/site.tar.zst"; sync`, stored: e.inFolder(0)},
				{
					name: "wp-oneway backup", command: `exec "$WP_ONEWAY" backup "$ROOT" --kind files --with-core --quiet --to "$OUT"`,
					stored: e.inFolder(1), peers: []peer{{"tar, zstd -3", 1}},
				},
			}
		},
	}
}

// emptySite are the files that make a folder a site. The backup of its files opens no connection,
// because the configuration names the uploads folder.
func emptySite(name string) map[string]string {
	return map[string]string{
		"wp-config.php": "<?php\ndefine('DB_NAME', '" + name + "');\ndefine('DB_USER', 'u');\ndefine('DB_PASSWORD', 'p');\ndefine('DB_HOST', 'localhost');\n" +
			"define('UPLOADS', 'wp-content/uploads');\n$table_prefix = 'wp_';\nif (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');\nrequire_once ABSPATH . 'wp-settings.php';\n",
		"index.php": "", "wp-load.php": "", "wp-blog-header.php": "", "wp-settings.php": "",
		"wp-includes/version.php": "<?php\n$wp_version = '6.8';\n",
	}
}

// prepareEmptySites creates sites of 60 empty files each.
func prepareEmptySites(ctx context.Context, e *environment, data sizes) error {
	e.sites = data.sites
	sites := filepath.Join(e.dir, "sites")
	e.vars = append(e.vars, "SITES="+sites, "OUT="+filepath.Join(e.dir, "out"), "WP_ONEWAY_ROOTS="+sites, "WP_ONEWAY_LIMITS_SITES=2")
	for i := range data.sites {
		name := fmt.Sprintf("site%d", i)
		tree := emptySite(name)
		for n := range smallFiles {
			tree[fmt.Sprintf("wp-content/uploads/2026/01/%d.jpg", n)] = ""
		}
		if err := writeTree(ctx, filepath.Join(sites, name), tree); err != nil {
			return err
		}
	}
	return nil
}

// prepareFiles creates a site of small files, 100 in each folder.
func prepareFiles(ctx context.Context, e *environment, data sizes) error {
	root := filepath.Join(e.dir, "site")
	e.vars = append(e.vars, "ROOT="+root, "OUT="+filepath.Join(e.dir, "out"))
	if err := writeTree(ctx, root, emptySite("site")); err != nil {
		return err
	}
	const perFolder = 100
	for i := int64(0); i < data.files; i += perFolder {
		tree := map[string]string{}
		for n := i; n < min(i+perFolder, data.files); n++ {
			tree[fmt.Sprintf("%d.txt", n)] = fmt.Sprintf("small file %d\n", n)
		}
		if err := writeTree(ctx, filepath.Join(root, "wp-content/uploads", fmt.Sprint(i/perFolder/perFolder), fmt.Sprint(i/perFolder)), tree); err != nil {
			return err
		}
	}
	return nil
}

// writeTree writes files below a folder.
func writeTree(ctx context.Context, dir string, tree map[string]string) error {
	for name, text := range tree {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(text), 0o644) //nolint:gosec // a site's files can be read by all
		}
		if err != nil {
			return fmt.Errorf("make a site: %w", err)
		}
	}
	return ctx.Err()
}
