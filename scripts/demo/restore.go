package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// restore downloads the objects with the administrator's key and restores them with
// standard tools.
func (d *demo) restore(ctx context.Context) error {
	var tarball, dump string
	for _, o := range d.objects {
		file := d.path("downloaded", path.Base(o.Key))
		if err := d.download(ctx, o, file); err != nil {
			return fmt.Errorf("download %s: %w", o.Key, err)
		}
		switch {
		case strings.Contains(file, ".tar."):
			tarball = file
		case strings.Contains(file, ".sql."):
			dump = file
		}
	}
	if tarball == "" || dump == "" {
		return errors.New("restore: the backup has no files or no database")
	}
	files, err := lab.RestoreFiles(ctx, d.path("restored"), lab.DecryptionKeys{}, tarball)
	if err != nil {
		return err
	}
	if d.scratch, err = d.site.Database.Sibling(ctx, "restored"); err != nil {
		return err
	}
	database, err := lab.RestoreDatabase(ctx, *d.scratch, lab.DecryptionKeys{}, dump)
	if err != nil {
		return err
	}
	brief := strings.NewReplacer(d.path("downloaded")+"/", "", d.dir+"/", "", d.db.Socket, "…")
	d.say("restore", "$ %s", brief.Replace(files.String()))
	d.say("", "$ %s", brief.Replace(database.String()))
	return nil
}

// download writes the version of an object that the backup created to a file.
func (d *demo) download(ctx context.Context, o lab.StoredObject, file string) error {
	got, err := d.s3.Root().GetObject(ctx, &s3.GetObjectInput{Bucket: ptr(bucket), Key: &o.Key, VersionId: &o.VersionID})
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if err := os.MkdirAll(path.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, got.Body)
	return errors.Join(err, f.Close())
}

// compare checks that the restored files and tables equal the originals.
func (d *demo) compare(ctx context.Context) error {
	diffs, err := lab.Compare(d.site.Root, d.path("restored"), lab.IsCore)
	if err != nil {
		return fmt.Errorf("compare files: %w", err)
	}
	rows, err := lab.CompareDatabases(ctx, d.site.Database, *d.scratch)
	if err != nil {
		return err
	}
	if all := slices.Concat(diffs, rows); len(all) > 0 {
		return fmt.Errorf("compare: %d differences:\n  %s", len(all), strings.Join(all[:min(20, len(all))], "\n  "))
	}
	d.say("compare", "files have equal contents, modes, owners, times and links; tables have equal CHECKSUM TABLE … EXTENDED; views are equal")
	return nil
}

// serve adds WordPress core to the restored files and requests the front page.
func (d *demo) serve(ctx context.Context) error {
	core, err := lab.WordPressCore(ctx)
	if err != nil {
		return err
	}
	p := lab.Pipeline{{Args: []string{"cp", "-an", core + "/.", d.path("restored")}}}
	if err := p.Run(ctx, nil, nil); err != nil {
		return fmt.Errorf("add WordPress core to the restored files: %w", err)
	}
	url, stop, err := lab.ServeWordPress(ctx, d.path("restored"), d.scratch)
	if err != nil {
		return err
	}
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("request the front page of the restored site: %w", err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read the front page of the restored site: %w", err)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(page), lab.KnownPost) {
		return fmt.Errorf("check the front page of the restored site: status %s, without the post %q", res.Status, lab.KnownPost)
	}
	d.say("serve", "php -S on the restored files and database: %s, with the post %q", res.Status, lab.KnownPost)
	return nil
}
