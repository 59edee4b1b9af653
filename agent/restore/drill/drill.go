// Package drill rehearses restores: it restores a run into a scratch folder and a scratch
// database, checks what came back, writes a report, and removes everything again.
package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// Options say how to run a drill.
type Options struct {
	Reader *content.Reader
	// Version is the version of this program, for the report.
	Version string
	// Scratch is the folder to restore below; "" is the folder of temporary files.
	Scratch string
	// Server is a database server on which databases and accounts may be created. If nil, a
	// private MariaDB server is started.
	Server *wordpress.Database
	// MaxRatio is passed to restore.Options.
	MaxRatio int64
	// Serve makes PHP serve pages of the restored site. If nil, no PHP runs.
	Serve *Serving
	Now   func() time.Time
}

// Run restores a run, checks it, and removes what it restored. The report lists the problems of
// the backup. An error means that the drill itself failed: it says nothing about the backup.
func Run(ctx context.Context, run *catalog.Run, o Options) (*Report, error) {
	scratch, err := newScratch(o.Scratch)
	if err != nil {
		return nil, err
	}
	d := &drill{o: o, run: run, dir: scratch.dir, report: &Report{
		Version: reportVersion, Site: run.Site, Kind: string(run.Kind), Run: run.Path(), From: o.Reader.Store.String(), Drill: o.Version,
		Stored: run.Stored.UTC(), Started: o.Now().UTC(), Bytes: run.Bytes(), Checks: []Check{}, Remaining: []string{},
	}}
	err = d.all(ctx)
	if d.db != nil {
		d.remaining(d.db.close(ctx))
	}
	d.remaining(scratch.remove())
	if err != nil {
		return nil, errors.Join(err, errors.New(strings.Join(d.report.Remaining, "; ")))
	}
	d.report.finish(o.Now().UTC())
	return d.report, nil
}

// A drill is the drill of one run.
type drill struct {
	o       Options
	run     *catalog.Run
	dir     string
	report  *Report
	details *manifest.Details
	db      *database // nil if no database is restored
	files   files.Summary
}

// remaining adds an error of the removal to the report.
func (d *drill) remaining(err error) {
	if err != nil {
		d.report.Remaining = append(d.report.Remaining, err.Error())
	}
}

// all restores and checks.
func (d *drill) all(ctx context.Context) error {
	if d.run.Manifest == nil || d.run.Problem != "" {
		d.add(Check{Name: nameRestore, Result: Failed, Problems: []string{d.run.Problem}})
		return nil
	}
	d.report.Host, d.report.Agent = d.run.Manifest.Host, d.run.Manifest.Agent
	for _, s := range d.run.Manifest.Streams {
		d.report.RawBytes += s.RawBytes
	}
	if err := d.checkServing(ctx); err != nil {
		return err
	}
	parts, err := d.parts(ctx)
	if err != nil {
		return err
	}
	if parts == nil {
		return nil
	}
	if err := restore.Run(ctx, d.o.Reader, d.run, restore.Options{MaxRatio: d.o.MaxRatio}, parts...); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		d.add(Check{Name: nameRestore, Result: Failed, Problems: []string{err.Error()}})
		return nil
	}
	d.add(Check{Name: nameRestore, Result: Passed, Found: fmt.Sprintf("all %d objects are unchanged, and everything in them was restored", len(d.run.Manifest.Objects))})
	return d.check(ctx)
}

// parts returns what to restore. It returns nil if the details cannot be read, and reports that.
func (d *drill) parts(ctx context.Context) (parts []restore.Part, err error) {
	if d.details, err = d.o.Reader.Details(ctx, d.run); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		d.add(Check{Name: nameRestore, Result: Failed, Problems: []string{err.Error()}})
		return nil, nil
	}
	if d.run.Kind.Has(manifest.DatabaseStream) {
		if d.db, err = newDatabase(ctx, d.o.Server, d.dir); err != nil {
			return nil, err
		}
		d.report.Server = d.db.describe()
		parts = append(parts, databasePart{load.New(d.db.Database, load.Options{Definer: load.DefinerCurrent, CollationFallback: true})})
	}
	if d.run.Kind.Has(manifest.FilesStream) {
		parts = append(parts, &filesPart{d: d})
	}
	return parts, nil
}

// A databasePart restores the database.
type databasePart struct{ *load.Loader }

// Stream implements restore.Part.
func (databasePart) Stream() string { return manifest.DatabaseStream }

// A filesPart restores the files under the names that they have in the archive. So files from
// outside the site's root have the same position relative to it as on the host.
type filesPart struct{ d *drill }

// Stream implements restore.Part.
func (*filesPart) Stream() string { return manifest.FilesStream }

// Check implements restore.Part. The scratch folder is new.
func (*filesPart) Check(context.Context) error { return nil }

// Stage implements restore.Part.
func (p *filesPart) Stage(ctx context.Context, in io.Reader) error {
	root, err := os.OpenRoot(p.d.dir)
	if err != nil {
		return fmt.Errorf("restore the files: %w", err)
	}
	defer root.Close()
	to := map[string]files.Folder{}
	for _, name := range []string{files.SiteFolder, files.OutsideFolder} {
		if err := root.Mkdir(name, 0o700); err != nil {
			return fmt.Errorf("restore the files: %w", err)
		}
		to[name] = files.Folder{Root: root, Name: name}
	}
	var most int64
	for _, s := range p.d.run.Manifest.Streams {
		if s.Name == manifest.FilesStream {
			most = s.RawBytes
		}
	}
	p.d.files, err = files.Extract(ctx, in, to, files.Options{MaxBytes: most})
	return err
}

// Switch implements restore.Part. Nothing uses the files.
func (*filesPart) Switch(context.Context) error { return nil }

// Revert implements restore.Part.
func (*filesPart) Revert(_ context.Context, cause error) error { return cause }

// Commit implements restore.Part.
func (*filesPart) Commit(context.Context) error { return nil }

// Close implements restore.Part. The scratch folder is removed after the checks.
func (*filesPart) Close() error { return nil }

// rootInArchive returns the name of the site's root in the archive.
func rootInArchive(d *manifest.Details) string {
	root, err := filepath.Rel(d.Base, d.Root)
	if err != nil || root == ".." || strings.HasPrefix(root, "../") {
		return "."
	}
	return root
}

// scratchPrefix is the beginning of the names of scratch folders.
const scratchPrefix = "wp-oneway-drill-"

// A scratch is a new folder that no other user can read. It is locked while it is in use.
type scratch struct {
	dir  string
	lock *os.File
}

// newScratch creates a folder below parent, and removes those that killed drills have left
// there.
func newScratch(parent string) (*scratch, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	parent, err := filepath.Abs(parent) // programs with another working directory use its name
	if err != nil {
		return nil, fmt.Errorf("find the scratch folder: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(parent, scratchPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("create the scratch folder: %w", err)
	}
	for _, dir := range left {
		removeLeft(dir)
	}
	dir, err := os.MkdirTemp(parent, scratchPrefix)
	if err != nil {
		return nil, fmt.Errorf("create the scratch folder: %w", err)
	}
	if err = os.Chmod(dir, 0o711); err == nil { // the private server's user must pass through it
		var lock *os.File
		if lock, err = lockFolder(dir); err == nil {
			return &scratch{dir, lock}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("create the scratch folder: %w", err), os.RemoveAll(dir))
}

// lockFolder locks a folder.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// removeLeft removes the scratch folder of a killed drill, unless it belongs to another user.
func removeLeft(dir string) {
	lock, err := lockFolder(dir)
	if err != nil {
		return
	}
	defer lock.Close()
	var st unix.Stat_t
	if unix.Fstat(int(lock.Fd()), &st) == nil && int(st.Uid) == os.Geteuid() {
		_ = removeAll(dir)
	}
}

// remove removes the folder.
func (s *scratch) remove() error {
	if err := errors.Join(removeAll(s.dir), s.lock.Close()); err != nil {
		return fmt.Errorf("remove the scratch folder: %w", err)
	}
	return nil
}

// removeAll removes a folder that holds restored folders. Their modes may deny the removal even
// to their owner; then it changes the modes and tries again.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			_ = os.Chmod(path, 0o700) // if it fails, the removal returns an error
		}
		return nil
	})
	return os.RemoveAll(dir)
}
