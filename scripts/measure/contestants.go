package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A contestant is one way to back the site up into the bucket.
type contestant struct {
	name    string
	command func(ctx context.Context, b *bench) *exec.Cmd
}

// contestants run in this order; ratios are those of the last to the others.
var contestants = []contestant{
	{"scripts", func(ctx context.Context, b *bench) *exec.Cmd { return b.shell(ctx, scripts) }},
	{"by hand", func(ctx context.Context, b *bench) *exec.Cmd { return b.shell(ctx, byHand) }},
	{"wp-oneway", func(ctx context.Context, b *bench) *exec.Cmd { return b.agent(ctx, b.s3URL(bucket)) }},
}

// scripts does what the usual shell scripts do: one after the other, through
// gzip, into a file first. The core is left out, as the others leave it out.
const scripts = `
set -e -o pipefail
mariadb-dump --no-defaults --single-transaction -uroot --socket="$SOCKET" wordpress | gzip >"$TMP/db.sql.gz"
aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors "$TMP/db.sql.gz" "s3://$BUCKET/db.sql.gz"
tar hcz -C "$ROOT" --exclude=./wp-admin --exclude=./wp-includes . >"$TMP/files.tar.gz"
aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors "$TMP/files.tar.gz" "s3://$BUCKET/files.tar.gz"
rm "$TMP/db.sql.gz" "$TMP/files.tar.gz"
`

// byHand is the best that stock tools do: both at once, streamed, through zstd
// with two threads.
const byHand = `
set -e -o pipefail
mariadb-dump --no-defaults --single-transaction --quick -uroot --socket="$SOCKET" wordpress | zstd -q -3 -T2 |
    aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/db.sql.zst" &
tar c -C "$ROOT" --exclude=./wp-admin --exclude=./wp-includes . | zstd -q -3 -T2 |
    aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/files.tar.zst"
wait $!
`

func (b *bench) shell(ctx context.Context, script string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Env = append(
		os.Environ(), "SOCKET="+b.db.Socket, "ROOT="+b.site.Root, "BUCKET="+bucket, "TMP="+b.dir, "ENDPOINT="+b.s3.Endpoint,
		"AWS_SHARED_CREDENTIALS_FILE="+b.credentials, "AWS_DEFAULT_REGION=us-east-1", "AWS_CONFIG_FILE=/dev/null",
		"AWS_EC2_METADATA_DISABLED=true",
	)
	return cmd
}

// agent is wp-oneway itself, to one or more destinations.
func (b *bench) agent(ctx context.Context, to ...string) *exec.Cmd {
	args := []string{"backup", b.site.Root, "--name", siteName, "--quiet"}
	for _, url := range to {
		args = append(args, "--to", url)
	}
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Env = append(os.Environ(), "STATE_DIRECTORY="+filepath.Join(b.dir, "state"))
	return cmd
}

func (b *bench) s3URL(bucket string) string { return b.s3.URL(bucket, "", b.credentials) }

// empty tells how many bytes a bucket holds, and removes them all.
func (b *bench) empty(ctx context.Context, bucket string) (int64, error) {
	objects, err := b.s3.Objects(ctx, bucket)
	if err != nil {
		return 0, err
	}
	var n int64
	for _, o := range objects {
		n += o.Size
		_, err := b.s3.Root().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &o.Key, VersionId: &o.VersionID})
		if err != nil {
			return 0, fmt.Errorf("empty bucket %s: %w", bucket, err)
		}
	}
	return n, nil
}

// whole checks that wp-oneway left a manifest.
func (b *bench) whole(ctx context.Context, bucket string) error {
	objects, err := b.s3.Objects(ctx, bucket)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if strings.HasSuffix(o.Key, ".manifest.json") {
			return nil
		}
	}
	return fmt.Errorf("look into bucket %s: no manifest", bucket)
}
