package sinks

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path"
	"strings"
)

// ProbeFolder does in an existing folder what a run does in its sink: it creates a subfolder,
// writes a file there, gives it its name and a latest link, and syncs the file and the
// folders. Then it removes all of it.
func ProbeFolder(ctx context.Context, dir string) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return diskError(err, dir)
	}
	defer root.Close()
	s := &dirSink{dir: dir, root: root, o: Options{Logger: slog.New(slog.DiscardHandler)}, publish: publishers()}
	folder := ".wp-oneway-" + rand.Text() + ".probe"
	defer func() {
		if left := root.RemoveAll(folder); left != nil && err == nil {
			err = diskError(left, dir)
		}
	}()
	return diskError(s.probe(ctx, folder), dir)
}

func (s *dirSink) probe(ctx context.Context, folder string) error {
	if err := s.makeFolder(folder); err != nil {
		return err
	}
	tmp, err := s.createTemp(ctx, folder)
	if err != nil {
		return err
	}
	name := path.Join(folder, "probe")
	_, err = tmp.file.WriteString(strings.Repeat("wp-oneway\n", 1000))
	if err == nil {
		err = tmp.file.Sync()
	}
	if err == nil {
		err = s.giveName(tmp, name)
	}
	if err = errors.Join(err, tmp.remove()); err != nil {
		return err
	}
	if err := s.syncFolder(folder); err != nil {
		return err
	}
	return s.replaceLink("probe", name+"-latest")
}
