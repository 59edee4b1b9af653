package main

import (
	"context"
	"strings"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// backupLimit is the maximum anonymous memory of agent and worker together, in bytes, while they
// back up into two destinations.
const backupLimit = 96 << 20

// backupSuite compares a full backup into a bucket with shell pipelines.
func backupSuite() suite {
	return suite{
		name: "ratios", work: "full backup into a bucket on this machine", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{uploads: 1200, rows: 485}, prepare: prepareBackup,
		contestants: func(e *environment) []contestant {
			stored := func(manifests int) func(context.Context) (int64, error) {
				return func(ctx context.Context) (int64, error) { return e.emptyBuckets(ctx, manifests) }
			}
			const ours = `exec "$WP_ONEWAY" backup "$ROOT" --name bench.example.com --quiet --to "$URL"`
			return []contestant{
				{name: "shell scripts", command: shellScripts, stored: stored(0)},
				{name: "best pipeline by hand", command: bestPipeline, stored: stored(0)},
				{name: "wp-oneway", command: ours, stored: stored(1), peers: []peer{{"best pipeline by hand", 0.6}, {"shell scripts", 0}}},
			}
		},
	}
}

// memorySuite checks the memory of a full backup into two buckets at once.
func memorySuite() suite {
	return suite{
		name: "memory", work: "full backup into two buckets on this machine", rounds: 1, interval: lab.FineSampling,
		defaults: sizes{uploads: 3222, rows: 1074}, prepare: prepareBackup,
		contestants: func(e *environment) []contestant {
			return []contestant{{
				name:    "wp-oneway, two destinations",
				command: `exec "$WP_ONEWAY" backup "$ROOT" --name bench.example.com --quiet --to "$URL" --to "$SECOND_URL"`,
				limit:   backupLimit,
				stored:  func(ctx context.Context) (int64, error) { return e.emptyBuckets(ctx, 2) },
			}}
		},
	}
}

func prepareBackup(ctx context.Context, e *environment, data sizes) error {
	if err := e.addSite(ctx, data); err != nil {
		return err
	}
	credentials, err := e.addStore(ctx)
	e.vars = append(e.vars, "AWS_SHARED_CREDENTIALS_FILE="+credentials)
	return err
}

func isManifest(key string) bool { return strings.HasSuffix(key, ".manifest.json") }

// shellScripts does what common shell scripts do: it writes one stream after the other, through
// gzip, into a file first. All contestants leave WordPress core out.
const shellScripts = `
set -e
mariadb-dump --no-defaults --single-transaction -uroot --socket="$SOCKET" wordpress | gzip >"$TMP/db.sql.gz"
aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors "$TMP/db.sql.gz" "s3://$BUCKET/db.sql.gz"
tar hcz -C "$ROOT" --exclude=./wp-admin --exclude=./wp-includes . >"$TMP/files.tar.gz"
aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors "$TMP/files.tar.gz" "s3://$BUCKET/files.tar.gz"
rm "$TMP/db.sql.gz" "$TMP/files.tar.gz"
`

// bestPipeline is the best that standard tools can do: both streams at once, without temporary
// files, through zstd with two threads.
const bestPipeline = `
set -e
mariadb-dump --no-defaults --single-transaction --quick -uroot --socket="$SOCKET" wordpress | zstd -q -3 -T2 |
    aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/db.sql.zst" &
tar c -C "$ROOT" --exclude=./wp-admin --exclude=./wp-includes . | zstd -q -3 -T2 |
    aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/files.tar.zst"
wait $!
`
