package tree

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// An order says what a stager has to do. It can be sent to a worker.
type order struct {
	Files     files.Options
	Overwrite Overwrite
	Delete    bool
	Dry       bool // nothing is written
	Places    []orderPlace
}

// An orderPlace is one place of an order.
type orderPlace struct {
	Key    string // the first element of the places that files.Mapping gives
	Name   string // its name in the box
	Folder bool   // it must be a folder; otherwise, it may also be a file
	Box    bool   // there is a box
	Target bool   // there is a folder to be replaced
	File   *file  // there is a file to be replaced
}

// A file describes a file that is to be replaced.
type file struct {
	Bytes    int64
	Rights   fs.FileMode
	Modified time.Time
}

// Name, Size, Mode, ModTime, IsDir and Sys implement fs.FileInfo.
func (*file) Name() string         { return "" }
func (f *file) Size() int64        { return f.Bytes }
func (f *file) Mode() fs.FileMode  { return f.Rights }
func (f *file) ModTime() time.Time { return f.Modified }
func (f *file) IsDir() bool        { return f.Rights.IsDir() }
func (*file) Sys() any             { return nil }

// A Change is what a restore does, or would do, to one file or folder.
type Change struct {
	Action string `json:"action"` // create, replace, keep or delete
	Path   string `json:"path"`   // printable
}

// A Summary counts what a restore does.
type Summary struct {
	files.Summary
	Created  int64 // files and links that were not there
	Replaced int64 // files and links that were there
	Kept     int64 // files and links of the backup that are not restored because of Overwrite
	Others   int64 // files and links that the backup does not have, and that are not deleted
	Deleted  int64 // files, links and whole folders that the backup does not have
	// Notes are what the operator should know.
	Notes []string
}

// maxNotes is the maximum number of notes.
const maxNotes = 20

// A listener has functions that a stager calls with its progress.
type listener struct {
	change func(Change) error
	files  func(n int64) error // n is how many files and links of the backup were read
}

// A stager stages the files of one run. It has the rights of the site's owner.
type stager struct {
	order
	places map[string]*stagedPlace
	tell   listener
	read   int64 // files and links
	sum    Summary

	seed    maphash.Seed
	folders map[uint64]bool // hashes of folders that get the properties of the backup
	stays   map[uint64]bool // files and links that stay although the backup has a folder there
	has     map[uint64]kind // all entries of the backup, and the folders above them
	strange int             // number of files and folders that cannot keep their owner
}

// A kind says what the backup has at a place.
type kind byte

const (
	nothing    kind = iota
	folderKind      // a folder
	fileKind        // a file or link that is restored
	staysKind       // something that is not restored, because the existing file stays
)

// maxEntries is the maximum number of entries in stager.has, which bounds its memory.
const maxEntries = 10_000_000

// A stagedPlace is an open place of an order.
type stagedPlace struct {
	orderPlace
	box     *os.File
	target  *os.File
	present present
}

// stage carries out an order. open has, for each place in turn, its box if there is one, and
// then its target if there is one.
func stage(ctx context.Context, in io.Reader, o order, open []*os.File, tell listener) (Summary, error) {
	s := &stager{order: o, places: map[string]*stagedPlace{}, tell: tell, seed: maphash.MakeSeed(), folders: map[uint64]bool{}, stays: map[uint64]bool{}, has: map[uint64]kind{}}
	folders := map[string]files.Folder{}
	next := func() *os.File {
		if len(open) == 0 {
			return nil
		}
		f := open[0]
		open = open[1:]
		return f
	}
	for _, p := range o.Places {
		place := &stagedPlace{orderPlace: p}
		s.places[p.Key] = place
		var box *os.Root
		var err error
		if p.Box {
			place.box = next()
			if box, err = os.OpenRoot(descriptorPath(place.box)); err != nil {
				return s.sum, fmt.Errorf("open the folder beside the site: %w", cause(err))
			}
			defer box.Close()
		}
		if p.Target {
			place.target = next()
			if place.present.root, err = os.OpenRoot(descriptorPath(place.target)); err != nil {
				return s.sum, fmt.Errorf("open the site: %w", cause(err))
			}
			defer place.present.root.Close()
		}
		folders[p.Key] = files.Folder{Root: box, Name: p.Name}
	}
	s.Files.Wants, s.Files.LinkKept = s.wants, s.linkKept
	sum, err := files.Extract(ctx, in, folders, s.Files)
	s.sum.Summary = sum
	if err != nil {
		return s.sum, err
	}
	for _, p := range o.Places {
		if err := s.merge(ctx, s.places[p.Key]); err != nil {
			return s.sum, err
		}
	}
	if s.strange > 0 {
		s.note("%d files and folders that stay belonged to other users, and now belong to the site's owner; restore as root with --numeric-owner to keep their owners", s.strange)
	}
	return s.sum, nil
}

func (s *stager) note(format string, args ...any) {
	if len(s.sum.Notes) < maxNotes {
		s.sum.Notes = append(s.sum.Notes, wordpress.Printable(fmt.Sprintf(format, args...)))
	}
}

// change reports a change. Without Dry, it reports only deletions.
func (s *stager) change(action string, p *stagedPlace, rest string) error {
	if !s.Dry && action != "delete" {
		return nil
	}
	name := rest
	if p.Key != files.SiteFolder {
		name = path.Join(p.Name, rest)
	}
	return s.tell.change(Change{action, wordpress.Printable(name)})
}

// wants decides whether an entry is written.
func (s *stager) wants(place string, h *tar.Header) (bool, error) {
	key, rest, _ := strings.Cut(place, "/")
	p := s.places[key]
	isFolder := h.Typeflag == tar.TypeDir
	if rest == "" && !isFolder && (p.Folder || h.Typeflag != tar.TypeReg) {
		return false, fmt.Errorf("restore %q: %w: it should be a folder", h.Name, files.ErrUnsafe)
	}
	wanted, action, err := s.decide(p, place, rest, h)
	if err != nil {
		return false, err
	}
	switch {
	case isFolder:
	case action == "create":
		s.sum.Created++
	case action == "replace":
		s.sum.Replaced++
	case action == "keep":
		s.sum.Kept++
	}
	if !isFolder {
		s.read++
		if err := s.tell.files(s.read); err != nil {
			return false, err
		}
	}
	if !isFolder || action == "create" {
		if err := s.change(action, p, rest); err != nil {
			return false, err
		}
	}
	if isFolder && wanted {
		s.folders[s.hash(place)] = true
	}
	return wanted && !s.Dry, nil
}

// decide decides whether an entry is written, and returns the action at the target.
func (s *stager) decide(p *stagedPlace, place, rest string, h *tar.Header) (wanted bool, action string, err error) {
	there, link, above, err := p.at(rest)
	if err != nil {
		return false, "", err
	}
	if s.belowStaying(place) {
		return false, "keep", nil
	}
	isFolder := h.Typeflag == tar.TypeDir
	k := fileKind
	if isFolder {
		k = folderKind
	}
	switch {
	case there == nil:
		wanted, action = true, "create"
	case isFolder && there.IsDir() && !above:
		wanted, action = s.Overwrite == Always, "keep" // unless Always, the folder keeps its mode and time
	case s.Overwrite.replaces(h, there, link):
		wanted, action = true, "replace"
	default:
		k, action = staysKind, "keep"
		if isFolder {
			s.stays[s.hash(place)] = true
		}
	}
	return wanted, action, s.record(place, k)
}

// record adds an entry of the backup, and the folders above it, to s.has.
func (s *stager) record(place string, k kind) error {
	for s.has[s.hash(place)] != k {
		s.has[s.hash(place)] = k
		if !strings.ContainsRune(place, '/') {
			break
		}
		place, k = path.Dir(place), folderKind
	}
	if len(s.has) > maxEntries {
		return fmt.Errorf("restore %q: %w: it has more than %d entries", place, files.ErrUnsafe, maxEntries)
	}
	return nil
}

func (s *stager) hash(place string) uint64 { return maphash.String(s.seed, place) }

// at returns what is at a path in the place; see present.at.
func (p *stagedPlace) at(rest string) (fs.FileInfo, string, bool, error) {
	if rest == "" {
		rest = "."
		if p.File != nil {
			return p.File, "", false, nil
		}
	}
	return p.present.at(rest)
}

// belowStaying reports whether a folder above a place is not restored, because a file or link stays
// there.
func (s *stager) belowStaying(place string) bool {
	for len(s.stays) > 0 && strings.ContainsRune(place, '/') {
		place = path.Dir(place)
		if s.stays[s.hash(place)] {
			return true
		}
	}
	return false
}

// linkKept makes a hard link to a file that stays.
func (s *stager) linkKept(target, place string) error {
	from, fromRest, _ := strings.Cut(target, "/")
	to, toRest, _ := strings.Cut(place, "/")
	p, q := s.places[from], s.places[to]
	if p == nil || p.target == nil || from != to {
		return fs.ErrNotExist
	}
	there, _, above, err := p.at(fromRest)
	if err != nil {
		return err
	}
	if there == nil || above || !there.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	source, err := p.present.root.Open(path.Dir(fromRest))
	if err != nil {
		return err
	}
	defer source.Close()
	box, err := os.OpenRoot(descriptorPath(q.box))
	if err != nil {
		return err
	}
	defer box.Close()
	folder, err := box.Open(path.Dir(path.Join(q.Name, toRest)))
	if err != nil {
		return err
	}
	defer folder.Close()
	return s.keepFile(source, path.Base(fromRest), folder, path.Base(toRest))
}

var errOtherFileSystem = errors.New("it is on another file system, which a switch would leave out; unmount it, or restore to another folder")
