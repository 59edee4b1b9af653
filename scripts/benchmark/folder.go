package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// folderSuite compares backups of one site into a folder with the best shell pipelines. The last
// step of the pipelines is sync, because wp-oneway also waits until all data are on the disk.
func folderSuite() suite {
	return suite{
		name: "folder", work: "backup of one site into a folder", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{uploads: 1000, rows: 290},
		prepare: func(ctx context.Context, e *environment, data sizes) error {
			e.vars = append(e.vars, "OUT="+filepath.Join(e.dir, "out"))
			return e.addSite(ctx, data)
		},
		contestants: func(e *environment) []contestant {
			const (
				database = `mariadb-dump --no-defaults --single-transaction --quick -uroot --socket="$SOCKET" wordpress | zstd -q -3 -T2 >"$OUT/db.sql.zst"`
				files    = `tar c -C "$ROOT" --exclude=./wp-admin --exclude=./wp-includes . | zstd -q -3 -T2 >"$OUT/files.tar.zst"`
				folder   = `set -e; mkdir -p "$OUT"; `
				ours     = `exec "$WP_ONEWAY" backup "$ROOT" --name bench.example.com --quiet --to "$OUT" --kind `
			)
			byHand, own := e.inFolder(0), e.inFolder(1)
			return []contestant{
				{name: "pipelines by hand", command: folder + database + " & " + files + "; wait $!; sync", stored: byHand},
				{name: "wp-oneway", command: ours + "full", stored: own, peers: []peer{{"pipelines by hand", 0.7}}},
				{name: "database by hand", command: folder + database + "; sync", stored: byHand},
				{name: "wp-oneway, database", command: ours + "db", stored: own, peers: []peer{{"database by hand", 0.6}}},
			}
		},
	}
}

// inFolder returns a function that measures and empties the folder OUT. The folder must hold that
// many manifests.
func (e *environment) inFolder(manifests int) func(context.Context) (int64, error) {
	return func(context.Context) (bytes int64, err error) {
		out, found := filepath.Join(e.dir, "out"), 0
		err = filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				bytes += info.Size()
			}
			if isManifest(path) {
				found++
			}
			return err
		})
		if err == nil && found != manifests {
			err = fmt.Errorf("check the stored backups: %d manifests, want %d", found, manifests)
		}
		return bytes, errors.Join(err, os.RemoveAll(out))
	}
}
