package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

const (
	mb     = 1_000_000
	mib    = 1 << 20
	bucket = "bench"
	second = "bench-second"
)

// An environment holds the servers and the data with which a suite's contestants work, below one
// temporary folder.
type environment struct {
	options
	dir    string
	server *lab.Server
	store  *lab.MinIO
	site   *lab.WordPress
	vars   []string // environment variables of the contestants' commands

	streamBytes int64 // length of the file that addStream writes
	sites       int64 // number of small sites
}

// newEnvironment creates the temporary folder.
func newEnvironment(o options) (*environment, error) {
	dir, err := os.MkdirTemp(o.parent, "wp-oneway-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	e := &environment{options: o, dir: dir, vars: []string{
		"TMP=" + dir, "SELF=" + self, "WP_ONEWAY=" + o.binary, "STATE_DIRECTORY=" + filepath.Join(dir, "state"),
		"AWS_DEFAULT_REGION=us-east-1", "AWS_CONFIG_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
	}}
	return e, os.Chmod(dir, 0o755) // the site's owner must reach it
}

// remove stops the servers and removes the temporary folder.
func (e *environment) remove() error {
	if e.store != nil {
		e.store.Stop()
	}
	if e.server != nil {
		e.server.Kill() // the data of the server are removed next
	}
	return os.RemoveAll(e.dir)
}

// addSite starts MariaDB and installs a WordPress on it. As root, the site belongs
// to www-data, so that backups use an owner worker.
func (e *environment) addSite(ctx context.Context, data sizes) (err error) {
	e.server, err = lab.StartMariaDB(ctx, filepath.Join(e.dir, "mariadb"), "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M")
	if err != nil {
		return err
	}
	o := lab.WordPressOptions{Server: e.server, UploadBytes: data.uploads * mb, RowBytes: data.rows * mb}
	if os.Geteuid() == 0 {
		o.UID, o.GID = 33, 33
	}
	if e.site, err = lab.InstallWordPress(ctx, filepath.Join(e.dir, "site"), o); err != nil {
		return err
	}
	e.vars = append(e.vars, "SOCKET="+e.server.Socket, "ROOT="+e.site.Root)
	return nil
}

// addStore starts MinIO with two buckets. It returns the credentials file of a user who can only
// create objects.
func (e *environment) addStore(ctx context.Context) (credentials string, err error) {
	if e.store, err = lab.StartMinIO(ctx, filepath.Join(e.dir, "minio"), lab.MinIOOptions{TLS: e.tls}); err != nil {
		return "", err
	}
	for _, name := range []string{bucket, second} {
		if err := e.store.Bucket(ctx, name, false); err != nil {
			return "", err
		}
	}
	if credentials, err = e.store.PutOnlyUser(ctx, "bench*", ""); err != nil {
		return "", err
	}
	e.vars = append(e.vars, "BUCKET="+bucket, "ENDPOINT="+e.store.Endpoint,
		"URL="+e.store.URL(bucket, "", credentials), "SECOND_URL="+e.store.URL(second, "", credentials))
	if e.store.CAFile != "" {
		e.vars = append(e.vars, "AWS_CA_BUNDLE="+e.store.CAFile, "CA="+e.store.CAFile)
	}
	return credentials, nil
}

// addStream writes n MB of random bytes, which do not compress.
func (e *environment) addStream(n int64) error {
	path := filepath.Join(e.dir, "stream")
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make the stream: %w", err)
	}
	e.streamBytes, err = io.CopyN(f, rand.Reader, n*mb)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("make the stream: %w", err)
	}
	e.vars = append(e.vars, "STREAM="+path)
	return nil
}

// emptyBuckets removes all objects, and returns their total size in bytes. It fails if the number
// of buckets with a manifest is not manifests.
func (e *environment) emptyBuckets(ctx context.Context, manifests int) (int64, error) {
	var bytes int64
	found := 0
	for _, name := range []string{bucket, second} {
		objects, err := e.store.Objects(ctx, name)
		if err != nil {
			return 0, err
		}
		complete := false
		for _, o := range objects {
			bytes += o.Size
			complete = complete || isManifest(o.Key)
			_, err := e.store.Root().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &name, Key: &o.Key, VersionId: &o.VersionID})
			if err != nil {
				return 0, fmt.Errorf("empty bucket %s: %w", name, err)
			}
		}
		if complete {
			found++
		}
	}
	if found != manifests {
		return 0, fmt.Errorf("check the stored backup: %d buckets have a manifest, want %d", found, manifests)
	}
	return bytes, nil
}
