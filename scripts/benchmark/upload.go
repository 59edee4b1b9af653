package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// uploadLimit is the maximum anonymous memory for the upload of a stream of any length, in bytes.
const uploadLimit = 80 << 20

// uploadSuite compares the upload of one stream of unknown length.
func uploadSuite() suite {
	return suite{
		name: "upload", work: "one stream of unknown length into a bucket on this machine", rounds: 5, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{stream: 1074},
		prepare: func(ctx context.Context, e *environment, data sizes) error {
			if _, err := e.addStore(ctx); err != nil {
				return err
			}
			// All contestants use the administrator's key, because the peers also read objects.
			e.vars = append(e.vars, "AWS_ACCESS_KEY_ID="+e.store.RootKey, "AWS_SECRET_ACCESS_KEY="+e.store.RootSecret)
			return e.addStream(data.stream)
		},
		contestants: func(e *environment) []contestant {
			stored := func(ctx context.Context) (int64, error) {
				n, err := e.emptyBuckets(ctx, 0)
				if err == nil && n != e.streamBytes {
					err = fmt.Errorf("check the stored stream: it has %d bytes, want %d", n, e.streamBytes)
				}
				return n, err
			}
			const rclone = `env -u AWS_CA_BUNDLE rclone --config /dev/null --s3-provider Minio --s3-endpoint "$ENDPOINT" ` +
				`--s3-env-auth --s3-no-check-bucket ${CA:+--ca-cert "$CA"} rcat ":s3:$BUCKET/stream"`
			const ours = `cat "$STREAM" | "$SELF" put "$URL"`
			return []contestant{
				{name: "aws s3 cp -", command: `cat "$STREAM" | aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/stream"`, stored: stored},
				{name: "rclone rcat", command: `cat "$STREAM" | ` + rclone, stored: stored},
				{name: "wp-oneway's sink", command: ours, limit: uploadLimit, stored: stored, peers: []peer{{"aws s3 cp -", 0}, {"rclone rcat", 0}}},
			}
		},
	}
}

// put is the part of wp-oneway that uploads a compressed stream. It stores standard input in the
// sink at a URL.
func put(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("put needs the URL of a sink")
	}
	debug.SetMemoryLimit(64 << 20) // the same limit as in wp-oneway
	u, err := sinks.Parse(args[0])
	if err != nil {
		return err
	}
	sink, err := sinks.Open(ctx, u, sinks.Options{PartSize: 8 * sinks.BlockSize}) // the same size as in wp-oneway
	if err != nil {
		return err
	}
	_, _ = unix.FcntlInt(os.Stdin.Fd(), unix.F_SETPIPE_SZ, 1<<20) // the same size as for a worker's pipe; the kernel may refuse it
	_, err = sink.Put(ctx, "stream", os.Stdin)
	return err
}
