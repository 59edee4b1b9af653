package retention

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A Run is the files in a folder that have the name of one run.
type Run struct {
	Name  string
	Start time.Time
	Bytes int64
	// Why says why the run stays or, if Goes is set, why it is removed.
	Why  []string
	Goes bool

	state    runState
	counted  bool     // the rules are about it: it is complete, and not dated in the future
	partial  bool     // something of the site could not be read
	whole    bool     // the newest that is not partial
	problem  string   // why the run is unclear
	files    []string // the regular files, without the manifest
	manifest bool
	changed  time.Time // when a file was written last
}

// A runState is what the files of a run are together.
type runState int

const (
	complete runState = iota
	orphan            // it has no manifest: it is not finished, or never will be
	unclear           // its manifest is not one of this run, or an object is missing
	newer             // its manifest has a higher version than this program knows
	gone              // another process removes it
)

// listing is what the folder of a site's kind holds.
type listing struct {
	bytes   int64     // of all regular files
	latest  []string  // the targets of the latest links
	writing time.Time // the last change of an unfinished file
}

// read lists the open folder of the site's kind, and judges the manifests.
func (p *Plan) read(dir *os.File) error {
	names, err := list(dir)
	if err != nil {
		return fmt.Errorf("list the runs in %s: %w", dir.Name(), err)
	}
	runs := map[string]*Run{}
	for _, name := range names {
		stat, err := lstat(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return fmt.Errorf("list the runs in %s: %w", dir.Name(), err)
		}
		if stat.Mode&unix.S_IFMT == unix.S_IFLNK && strings.HasPrefix(name, p.Kind.prefix(p.Site)+"latest.") {
			p.latest = append(p.latest, readLink(dir, name))
		}
		p.add(name, &stat, runs)
	}
	for _, r := range runs {
		if p.judge(dir, r); r.state != gone {
			p.Runs = append(p.Runs, r)
		}
	}
	slices.SortFunc(p.Runs, func(a, b *Run) int { // of one second, the one that was written last is the newest
		return cmp.Or(b.Start.Compare(a.Start), b.changed.Compare(a.changed), strings.Compare(b.Name, a.Name))
	})
	return nil
}

// add adds an entry of the folder. Only regular files belong to a run: nothing else is
// ever touched.
func (p *Plan) add(file string, stat *unix.Stat_t, runs map[string]*Run) {
	regular, changed := stat.Mode&unix.S_IFMT == unix.S_IFREG, time.Unix(stat.Mtim.Unix())
	if regular {
		p.bytes += stat.Size
	}
	if strings.HasPrefix(file, ".wp-oneway-") && changed.After(p.writing) {
		p.writing = changed
	}
	name, start, suffix := parseName(file, p.Kind.prefix(p.Site))
	if name == "" {
		return
	}
	r := runs[name]
	if r == nil {
		r = &Run{Name: name, Start: start}
		runs[name] = r
	}
	switch {
	case !regular:
		r.state, r.problem = unclear, file+" is not a regular file"
		return
	case suffix == manifest.Suffix:
		r.manifest = true
	default:
		r.files = append(r.files, file)
	}
	r.Bytes += stat.Size
	if changed.After(r.changed) {
		r.changed = changed
	}
}

// runTime is how a run's name begins after the prefix: the start, in UTC.
const runTime = "2006-01-02_15-04-05Z"

// parseName divides the name of a file of a run: the run's name, its start, and the rest
// with its dot. The name is "" for other files.
func parseName(file, prefix string) (name string, start time.Time, suffix string) {
	rest, ok := strings.CutPrefix(file, prefix)
	const length = len(runTime) + 1 + 8 // with eight random characters
	if !ok || len(rest) < length+2 || rest[len(runTime)] != '-' || rest[length] != '.' ||
		strings.Trim(rest[len(runTime)+1:length], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", start, ""
	}
	start, err := time.Parse(runTime, rest[:len(runTime)])
	if err != nil {
		return "", start, ""
	}
	return prefix + rest[:length], start, rest[length:]
}

// judge sets the state of a run.
func (p *Plan) judge(dir *os.File, r *Run) {
	switch {
	case r.state == unclear:
		return
	case !r.manifest:
		r.state = orphan
		return
	}
	m, err := readManifest(dir, r.Name+manifest.Suffix)
	prefix := p.Kind.prefix(p.Site)
	r.partial = m.Complete != nil && !*m.Complete
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.state = gone
	case err != nil:
		r.state, r.problem = unclear, "its manifest cannot be read: "+err.Error()
	case m.Version > manifest.Version:
		r.state, r.problem = newer, fmt.Sprintf("its manifest has version %d, and this program knows version %d; update wp-oneway", m.Version, manifest.Version)
	case m.Site != "" && m.Site != p.Site, m.Kind != "" && m.Kind != string(p.Kind.Kind), m.Run != "" && m.Run != strings.TrimPrefix(r.Name, prefix):
		r.state, r.problem = unclear, fmt.Sprintf("its manifest belongs to the run %.100q of kind %.20q of the site %.100q", m.Run, m.Kind, m.Site)
	}
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		begin := r.Name + manifest.StreamSuffix(stream)
		if r.state == complete && p.Kind.Kind.Has(stream) && !slices.ContainsFunc(r.files, func(f string) bool { return strings.HasPrefix(f, begin) }) {
			r.state, r.problem = unclear, "its object "+begin+"… is missing"
		}
	}
}

// A header is the part of a manifest that is used. The rest may be forged.
type header struct {
	Version int    `json:"version"`
	Site    string `json:"site"`
	Kind    string `json:"kind"`
	Run     string `json:"run"`

	Complete *bool `json:"complete"`
}

// maxManifest is the largest manifest that is read, in bytes: one with the most objects
// that a run can have is smaller.
const maxManifest = 4 << 20

// readManifest reads a manifest that the owner of the folder or this process's user has
// written. In a folder where others can write, theirs do not count.
func readManifest(dir *os.File, name string) (header, error) {
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return header{}, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	var file, folder unix.Stat_t
	if err := errors.Join(unix.Fstat(fd, &file), unix.Fstat(int(dir.Fd()), &folder)); err != nil {
		return header{}, err
	}
	if file.Uid != folder.Uid && file.Uid != uint32(os.Geteuid()) {
		return header{}, fmt.Errorf("it belongs to uid %d, and the folder to uid %d", file.Uid, folder.Uid)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return header{}, err
	}
	if len(text) > maxManifest {
		return header{}, fmt.Errorf("it is larger than %d bytes", maxManifest)
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return header{}, errors.New("it is not a manifest in JSON")
	}
	return h, nil
}

func readLink(dir *os.File, name string) string {
	buffer := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(dir.Fd()), name, buffer)
	if err != nil {
		return ""
	}
	return string(buffer[:n])
}
