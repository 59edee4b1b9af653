package php

import (
	"context"
	"errors"
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// diskFiles reads the real file system, below a folder.
type diskFiles struct{ root string }

var errOutside = errors.New("outside")

func (d diskFiles) check(path string) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	rel, err := filepath.Rel(d.root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return errOutside
	}
	return nil
}

func (d diskFiles) ReadFile(path string) ([]byte, error) {
	if err := d.check(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func (d diskFiles) Stat(path string) (fs.FileInfo, error) {
	if err := d.check(path); err != nil {
		return nil, err
	}
	return os.Stat(path)
}

func (d diskFiles) ReadDir(path string) ([]fs.DirEntry, error) {
	if err := d.check(path); err != nil {
		return nil, err
	}
	return os.ReadDir(path)
}

func (d diskFiles) Resolve(path string) (string, error) {
	if err := d.check(path); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

func (diskFiles) Outside(err error) bool   { return errors.Is(err, errOutside) }
func (diskFiles) Irregular(err error) bool { return false }

// evalText evaluates text as the wp-config.php of a site at dir.
func evalText(t testing.TB, dir, text string, change func(*eval.Options)) (*eval.Result, error) {
	t.Helper()
	file := filepath.Join(dir, "wp-config.php")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	disk := diskFiles{dir}
	opt := eval.Options{
		Files: disk, Errors: disk, File: file, DocRoot: dir, EnvKnown: true,
		Constants: map[string]string{"ABSPATH": dir + "/"}, Stop: []string{filepath.Join(dir, "wp-settings.php")},
	}
	if change != nil {
		change(&opt)
	}
	return Eval(context.Background(), opt)
}
