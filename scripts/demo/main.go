// Command demo shows wp-oneway at work on a real site. It starts WordPress, MariaDB and an S3
// server in its own folder, and backs the site up with a credential that can only create objects.
// It tries to misuse that credential, restores with standard tools only, and compares the result
// with the site. scripts/quickstart builds and runs it.
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
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

const (
	bucket   = "vault"
	prefix   = "web1/"
	siteName = "demo.example.com"
	marker   = ".wp-oneway-demo" // marks a folder that the demo may remove
)

func main() {
	var (
		dir    = flag.String("dir", "", "the `folder` to work in")
		binary = flag.String("binary", "", "the `file` of wp-oneway")
		clean  = flag.Bool("clean", false, "end the servers of an earlier run, remove the folder, and exit")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Stdout, *dir, *binary, *clean)
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, dir, binary string, onlyClean bool) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := removeDemo(dir); err != nil || onlyClean {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the demo: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o644); err != nil {
		return fmt.Errorf("make the folder of the demo: %w", err)
	}
	d := &demo{dir: dir, binary: binary, out: out, began: time.Now()}
	defer d.stop()
	for _, step := range []func(context.Context) error{d.start, d.backUp, d.steal, d.restore, d.compare, d.serve} {
		if err := step(ctx); err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	d.say("", "all of this is in %s; its servers are stopped (%.0f s)", dir, time.Since(d.began).Seconds())
	return nil
}

// A demo holds one run of the demonstration and its results so far.
type demo struct {
	dir, binary string
	out         io.Writer
	began       time.Time
	db          *lab.Server
	s3          *lab.MinIO
	site        *lab.WordPress
	credentials string // credentials file of the put-only user
	scratch     *lab.Database
	objects     []lab.StoredObject // stored by the backup
}

// say prints a line below a heading.
func (d *demo) say(head, format string, args ...any) {
	_, _ = fmt.Fprintf(d.out, "%-9s %s\n", head, fmt.Sprintf(format, args...))
}

func (d *demo) path(names ...string) string {
	return filepath.Join(append([]string{d.dir}, names...)...)
}

// start starts the servers, installs the site and creates the bucket.
func (d *demo) start(ctx context.Context) (err error) {
	if d.db, err = lab.StartMariaDB(ctx, d.path("mariadb")); err != nil {
		return err
	}
	o := lab.WordPressOptions{Server: d.db, OddFiles: true, Posts: 40, Images: 8, UploadBytes: 40 << 20, RowBytes: 10 << 20}
	owner := "you"
	if os.Geteuid() == 0 {
		o.UID, o.GID = 33, 33 // www-data on Debian; an owner worker backs up the site
		owner = "www-data"
	}
	if d.site, err = lab.InstallWordPress(ctx, d.path("sites", siteName, "public"), o); err != nil {
		return err
	}
	version, err := serverVersion(ctx, d.site.Database)
	if err != nil {
		return err
	}
	d.say("site", "WordPress with %s, owned by %s, in %s", version, owner, d.site.Root)
	if d.s3, err = lab.StartMinIO(ctx, d.path("minio"), lab.MinIOOptions{}); err != nil {
		return err
	}
	if err := d.s3.Bucket(ctx, bucket, true); err != nil {
		return err
	}
	if d.credentials, err = d.s3.PutOnlyUser(ctx, bucket, prefix); err != nil {
		return err
	}
	d.say("bucket", "s3://%s on MinIO, versioned; the host's credential allows PutObject and AbortMultipartUpload below %s", bucket, prefix)
	return nil
}

func serverVersion(ctx context.Context, database lab.Database) (v string, err error) {
	db, err := database.Open()
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT CONCAT('MariaDB ', SUBSTRING_INDEX(VERSION(), '-', 1))").Scan(&v)
	return v, err
}

// stop stops the servers. Their data stay in the folder.
func (d *demo) stop() {
	if d.s3 != nil {
		d.s3.Stop()
	}
	if d.db != nil {
		if err := d.db.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "quickstart:", err)
		}
	}
}
