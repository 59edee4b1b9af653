package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// restoreSuite compares a restore with standard tools that do the same work. It compares verify
// with two programs that only compute SHA-256.
func restoreSuite() suite {
	return suite{
		name: "restore", work: "restore of one site from a folder, and the check of its backup", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{uploads: 1200, rows: 485}, prepare: prepareRestore,
		contestants: func(e *environment) []contestant {
			const (
				fresh  = `set -e; mariadb --no-defaults -uroot --socket="$SOCKET" -e 'DROP DATABASE IF EXISTS restored; CREATE DATABASE restored'; `
				byHand = fresh + `mkdir -p "$OUT"
zstd -qdc "$RUN".sql.zst | mariadb --no-defaults -uroot --socket="$SOCKET" --binary-mode restored &
zstd -qdc "$RUN".tar.zst | tar xp --numeric-owner -C "$OUT"
wait $!; sync`
				ours = fresh + `mkdir -p "$OUT"
exec "$WP_ONEWAY" restore --quiet --from "$VAULT" --latest --site bench.example.com --to "$OUT/site" --numeric-owner \
    --db-defaults-file "$OPTIONS" --database restored --definer keep --allow-privileged-account --drop-old`
				sums  = `sha256sum "$RUN".sql.zst & sha256sum "$RUN".tar.zst; wait $!`
				check = `exec "$WP_ONEWAY" verify --quiet --from "$VAULT" --latest --site bench.example.com`
			)
			return []contestant{
				{name: "zstd, mariadb and tar", command: byHand, stored: e.restored},
				{name: "wp-oneway restore", command: ours, stored: e.restored, peers: []peer{{"zstd, mariadb and tar", 1}}},
				{name: "two sha256sum", command: sums},
				{name: "wp-oneway verify", command: check, peers: []peer{{"two sha256sum", 0}}},
			}
		},
	}
}

// prepareRestore creates a site and backs it up once.
func prepareRestore(ctx context.Context, e *environment, data sizes) error {
	if err := e.addSite(ctx, data); err != nil {
		return err
	}
	vault := filepath.Join(e.dir, "vault")
	cmd := exec.CommandContext(ctx, e.binary, "backup", e.site.Root, "--name", "bench.example.com", "--quiet", "--to", vault)
	cmd.Env = append(os.Environ(), e.vars...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("back up the site: %w: %s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(vault, "bench.example.com", "full-backups", "*Z-*.manifest.json"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("back up the site: %d runs (%w)", len(found), err)
	}
	options := filepath.Join(e.dir, "restore.cnf")
	if err := os.WriteFile(options, []byte("[client]\nuser = root\nsocket = "+e.server.Socket+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the option file: %w", err)
	}
	e.vars = append(e.vars, "VAULT="+vault, "RUN="+found[0][:len(found[0])-len(".manifest.json")], "OPTIONS="+options, "OUT="+filepath.Join(e.dir, "restored"))
	return nil
}

// restored removes the restored files, which must include a wp-config.php. It returns 0 as the
// size.
func (e *environment) restored(context.Context) (int64, error) {
	out := filepath.Join(e.dir, "restored")
	found, err := exec.Command("find", out, "-name", "wp-config.php").Output()
	if err == nil && len(found) == 0 {
		err = errors.New("check the restored site: it has no wp-config.php")
	}
	return 0, errors.Join(err, os.RemoveAll(out))
}
