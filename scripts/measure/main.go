// Command measure measures wp-oneway on a real site of a given size: its memory
// with two destinations, and its time, CPU, memory and bytes beside those of
// shell pipelines. scripts/bench builds and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

const (
	bucket      = "bench"
	second      = "bench-second"
	siteName    = "bench.example.com"
	memoryLimit = 96 << 20 // anonymous memory of agent and worker together
	mib         = 1 << 20
)

// A bench is one measurement: the site, and where it is backed up to.
type bench struct {
	dir, binary   string
	out           io.Writer
	uploads, rows int64 // bytes
	rounds        int
	stream        int64 // MiB
	tls           bool

	db          *lab.Server
	s3          *lab.MinIO
	site        *lab.WordPress
	credentials string
}

func main() {
	b := &bench{out: os.Stdout}
	var what string
	flag.StringVar(&b.binary, "binary", "", "wp-oneway itself")
	flag.StringVar(&b.dir, "dir", os.TempDir(), "where to make a folder for everything")
	flag.StringVar(&what, "what", "ratios", "ratios, memory or upload")
	put := flag.String("put", "", "store standard input in the sink of this `URL`, and end")
	flag.Int64Var(&b.stream, "stream", 1024, "MiB that each upload sends")
	flag.BoolVar(&b.tls, "tls", false, "upload over TLS")
	flag.IntVar(&b.rounds, "rounds", 3, "how often each contestant runs; the median counts")
	uploads := flag.Int64("uploads", 1200, "MB of uploads")
	rows := flag.Int64("rows", 485, "MB of SQL")
	flag.Parse()
	b.uploads, b.rows = *uploads*1_000_000, *rows*1_000_000
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if *put != "" {
		err = putStdin(ctx, *put)
	} else {
		err = b.run(ctx, what)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, what string) (err error) {
	tests := map[string]func(context.Context) error{"ratios": b.ratios, "memory": b.memory, "upload": b.upload}
	if tests[what] == nil {
		return fmt.Errorf("measure %q: there is only ratios, memory and upload", what)
	}
	if b.dir, err = os.MkdirTemp(b.dir, "wp-oneway-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, b.tearDown()) }()
	if err := os.Chmod(b.dir, 0o755); err != nil { // the site's owner must reach it
		return fmt.Errorf("make a folder: %w", err)
	}
	if what == "upload" {
		return b.upload(ctx)
	}
	start := time.Now()
	if err := b.bringUp(ctx); err != nil {
		return err
	}
	b.say("site: %d MB of uploads, %d MB of rows, ready after %.0f s", b.uploads/1_000_000, b.rows/1_000_000, time.Since(start).Seconds())
	return tests[what](ctx)
}

func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, format+"\n", args...)
}

func (b *bench) bringUp(ctx context.Context) (err error) {
	if b.db, err = lab.StartMariaDB(ctx, filepath.Join(b.dir, "mariadb"), "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M"); err != nil {
		return err
	}
	o := lab.WordPressOptions{Server: b.db, UploadBytes: b.uploads, RowBytes: b.rows}
	if os.Geteuid() == 0 {
		o.UID, o.GID = 33, 33 // www-data, so that the worker does the reading
	}
	if b.site, err = lab.InstallWordPress(ctx, filepath.Join(b.dir, "site"), o); err != nil {
		return err
	}
	return b.bringUpStore(ctx)
}

func (b *bench) bringUpStore(ctx context.Context) (err error) {
	if b.s3, err = lab.StartMinIO(ctx, filepath.Join(b.dir, "minio"), lab.MinIOOptions{TLS: b.tls}); err != nil {
		return err
	}
	for _, name := range []string{bucket, second} {
		if err := b.s3.Bucket(ctx, name, false); err != nil {
			return err
		}
	}
	b.credentials, err = b.s3.PutOnlyUser(ctx, "bench*", "")
	return err
}

func (b *bench) tearDown() error {
	if b.s3 != nil {
		b.s3.Stop()
	}
	if b.db != nil {
		b.db.Kill() // nothing in it is worth an orderly end
	}
	return os.RemoveAll(b.dir)
}

// memory backs up to two destinations at once and compares the peak with the limit.
func (b *bench) memory(ctx context.Context) error {
	cmd := b.agent(ctx, b.s3URL(bucket), b.s3URL(second))
	u, err := measure(ctx, cmd, lab.Often)
	if err != nil {
		return err
	}
	for _, name := range []string{bucket, second} {
		if err := b.whole(ctx, name); err != nil {
			return err
		}
		n, err := b.empty(ctx, name)
		if err != nil {
			return err
		}
		u.stored += n
	}
	b.say("two destinations: %.1f s, CPU %.1f s, %d MB stored", u.Wall.Seconds(), u.CPU.Seconds(), u.stored/1_000_000)
	own := make([]string, len(u.Each))
	for i, n := range u.Each {
		own[i] = fmt.Sprintf("%.0f", float64(n)/mib)
	}
	b.say("peak anonymous memory: %.0f MiB of all processes at one moment, the limit is %d MiB; the processes' own peaks: %s MiB",
		float64(u.Peak)/mib, memoryLimit/mib, strings.Join(own, ", "))
	if u.Peak > memoryLimit {
		return errors.New("measure memory: the limit is exceeded")
	}
	return nil
}
