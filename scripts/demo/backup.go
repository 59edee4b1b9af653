package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// backUp runs wp-oneway as a cron job of the host would.
func (d *demo) backUp(ctx context.Context) error {
	args := []string{
		"backup", d.site.Root, "--name", siteName,
		"--to", d.s3.URL(bucket, strings.TrimSuffix(prefix, "/"), d.credentials),
	}
	cmd := exec.CommandContext(ctx, d.binary, args...)
	cmd.Env = append(os.Environ(), "STATE_DIRECTORY="+d.path("state"))
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if saveErr := os.WriteFile(d.path("backup.log"), output.Bytes(), 0o644); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	d.say("backup", "$ wp-oneway backup %s --to s3://%s/%s?…", d.site.Root, bucket, strings.TrimSuffix(prefix, "/"))
	lines := strings.Split(strings.TrimSpace(output.String()), "\n")
	for _, line := range lines[max(0, len(lines)-8):] {
		d.say("", "  %s", shorten(line, 140))
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	all, err := d.s3.Objects(ctx, bucket)
	if err != nil {
		return err
	}
	for _, o := range all {
		d.say("", "  %9d bytes  %s", o.Size, o.Key)
	}
	d.objects = all
	if _, err := d.object(".manifest.json"); err != nil {
		return fmt.Errorf("back up: no manifest: %w", err)
	}
	return nil
}

// object returns the stored object whose name ends in suffix.
func (d *demo) object(suffix string) (lab.StoredObject, error) {
	for _, o := range d.objects {
		if strings.HasSuffix(o.Key, suffix) {
			return o, nil
		}
	}
	return lab.StoredObject{}, fmt.Errorf("no object ends in %s", suffix)
}

func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
