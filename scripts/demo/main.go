// Command demo shows wp-oneway at work on a real site: it brings up WordPress,
// MariaDB and an S3 server in a folder of its own, backs the site up with a
// credential that can only put, tries to misuse that credential, restores with
// stock tools alone and compares. scripts/quickstart builds and runs it.
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
	marker   = ".wp-oneway-demo" // says that the folder is ours to remove
)

func main() {
	var (
		dir    = flag.String("dir", "", "the folder to work in; everything lies below it")
		binary = flag.String("binary", "", "wp-oneway itself")
		clean  = flag.Bool("clean", false, "stop what an earlier run left running, remove the folder, and end")
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
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o644); err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	d := &demo{dir: dir, binary: binary, out: out, start: time.Now()}
	defer d.stop()
	for _, step := range []func(context.Context) error{d.bringUp, d.backUp, d.steal, d.restore, d.compare, d.serve} {
		if err := step(ctx); err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	d.say("", "everything above lies in %s (%.0f s)", dir, time.Since(d.start).Seconds())
	return nil
}

// A demo is one run of the demonstration, and what it has come to so far.
type demo struct {
	dir, binary string
	out         io.Writer
	start       time.Time
	db          *lab.Server
	s3          *lab.MinIO
	site        *lab.WordPress
	credentials string // the put-only user's file
	scratch     *lab.Database
	objects     []lab.StoredObject // what the backup stored
}

// say prints a line under a heading.
func (d *demo) say(head, format string, args ...any) {
	_, _ = fmt.Fprintf(d.out, "%-9s %s\n", head, fmt.Sprintf(format, args...))
}

func (d *demo) path(names ...string) string {
	return filepath.Join(append([]string{d.dir}, names...)...)
}

// bringUp starts the servers, installs the site and makes the bucket.
func (d *demo) bringUp(ctx context.Context) (err error) {
	if d.db, err = lab.StartMariaDB(ctx, d.path("mariadb")); err != nil {
		return err
	}
	o := lab.WordPressOptions{Server: d.db, OddFiles: true, Posts: 40, Images: 8, UploadBytes: 40 << 20, RowBytes: 10 << 20}
	owner := "you"
	if os.Geteuid() == 0 {
		o.UID, o.GID = 33, 33 // www-data on every Debian, so that root backs up another's site
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

// stop ends the servers; their data stay in the folder.
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
