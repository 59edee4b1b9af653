package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// openScriptLog sends all output also to a script's log. A log that cannot be written is a
// warning: the backup is more important.
func (a *app) openScriptLog(ctx context.Context, path string) (closeLog func()) {
	log, err := openLog(path)
	if err != nil {
		a.Warn(ctx, fmt.Sprintf("this is not logged: %v", err))
		return func() {}
	}
	stop := a.CopyTo(log)
	return func() {
		stop()
		if err := log.Close(); err != nil {
			a.Warn(ctx, fmt.Sprintf("write the log: %v", err))
		}
	}
}

// openLog opens a log for appending. As root, nobody else may be able to lead it elsewhere.
func openLog(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if err := operator.Check(dir, operator.Everybody); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := log.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("open %s: not a regular file", path), log.Close())
	}
	return log, nil
}
