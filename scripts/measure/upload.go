package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// uploadLimit is the anonymous memory that an upload may use, whatever its length.
const uploadLimit = 80 << 20

// uploaders send a stream of unknown length to the bucket; ours is the last.
var uploaders = []struct{ name, script string }{
	{"aws s3 cp -", `cat "$STREAM" | aws --endpoint-url "$ENDPOINT" s3 cp --only-show-errors - "s3://$BUCKET/stream"`},
	{"rclone rcat", `cat "$STREAM" | env -u AWS_CA_BUNDLE rclone --config /dev/null --s3-provider Minio --s3-endpoint "$ENDPOINT" --s3-env-auth --s3-no-check-bucket ${CA:+--ca-cert "$CA"} rcat ":s3:$BUCKET/stream"`},
	{"wp-oneway", `cat "$STREAM" | "$SELF" -put "$URL"`},
}

// upload runs every uploader several times, in turn, and prints their medians and
// what ours takes in proportion.
func (b *bench) upload(ctx context.Context) error {
	if err := b.bringUpStore(ctx); err != nil {
		return err
	}
	stream, err := b.noise()
	if err != nil {
		return err
	}
	runs := make([][]usage, len(uploaders))
	for range b.rounds {
		for i, up := range uploaders {
			u, err := measure(ctx, b.uploader(ctx, up.script, stream), lab.Seldom)
			if err != nil {
				return fmt.Errorf("%s: %w", up.name, err)
			}
			if u.stored, err = b.empty(ctx, bucket); err != nil {
				return err
			}
			if u.stored != b.stream*mib {
				return fmt.Errorf("%s: %d bytes are stored", up.name, u.stored)
			}
			runs[i] = append(runs[i], u)
		}
	}
	return b.compare(runs)
}

// compare prints the uploaders' medians, and holds ours to its memory.
func (b *bench) compare(runs [][]usage) error {
	b.say("%d MiB, %d rounds%-5s %9s %9s %12s", b.stream, b.rounds, "", "wall", "CPU", "peak memory")
	medians := make([]usage, len(runs))
	for i, up := range uploaders {
		m := median(runs[i])
		medians[i] = m
		b.say("%-22s %7.2f s %7.2f s %8.0f MiB", up.name, m.Wall.Seconds(), m.CPU.Seconds(), float64(m.Peak)/mib)
	}
	ours := medians[len(medians)-1]
	for i, up := range uploaders[:len(uploaders)-1] {
		b.say("wp-oneway : %-11s %8.2f %9.2f %12.2f", up.name, ratio(ours.Wall, medians[i].Wall), ratio(ours.CPU, medians[i].CPU), ratio(ours.Peak, medians[i].Peak))
	}
	if most := ours.most(); most > uploadLimit {
		return fmt.Errorf("measure the upload: %d MiB of memory, and the limit is %d", most/mib, int64(uploadLimit/mib))
	}
	return nil
}

// most is the peak of the greatest process: ours, beside the shell and cat.
func (u usage) most() int64 {
	if len(u.Each) == 0 {
		return 0
	}
	return u.Each[0]
}

// noise is a file that no compression makes smaller, in memory.
func (b *bench) noise() (path string, err error) {
	path = filepath.Join(b.dir, "stream")
	f, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("make the stream: %w", err)
	}
	_, err = io.CopyN(f, rand.Reader, b.stream*mib)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("make the stream: %w", err)
	}
	return path, nil
}

func (b *bench) uploader(ctx context.Context, script, stream string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", script)
	cmd.Env = append(
		os.Environ(), "STREAM="+stream, "BUCKET="+bucket, "ENDPOINT="+b.s3.Endpoint, "URL="+b.s3URL(bucket), "SELF=/proc/"+fmt.Sprint(os.Getpid())+"/exe",
		"AWS_ACCESS_KEY_ID="+b.s3.RootKey, "AWS_SECRET_ACCESS_KEY="+b.s3.RootSecret, "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
	)
	if b.s3.CAFile != "" {
		cmd.Env = append(cmd.Env, "AWS_CA_BUNDLE="+b.s3.CAFile, "CA="+b.s3.CAFile)
	}
	return cmd
}

// putStdin is the uploader of wp-oneway alone: what a backup does with a stream
// once it is compressed.
func putStdin(ctx context.Context, url string) error {
	debug.SetMemoryLimit(64 << 20) // as wp-oneway itself does
	u, err := sinks.Parse(url)
	if err != nil {
		return err
	}
	sink, err := sinks.Open(ctx, u, sinks.Options{PartSize: 8 * sinks.BlockSize}) // as wp-oneway itself does
	if err != nil {
		return err
	}
	_, _ = unix.FcntlInt(os.Stdin.Fd(), unix.F_SETPIPE_SZ, 1<<20) // as for a worker's pipe; it may be refused
	_, err = sink.Put(ctx, "stream", os.Stdin)
	return err
}
