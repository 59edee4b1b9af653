package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// letGo is how long the site that holds a name has to be gone before another
// user's may have it without the operator's word: a deployment that is under way
// or a volume that is not mounted at three in the morning must not give a
// tenant's site the name, and the folder of backups, of another's.
const letGo = 20 * time.Hour

// A holder is the site that a name belongs to on this host, as state has it.
type holder struct {
	Version int        `json:"version"`
	Name    string     `json:"name"`
	Path    string     `json:"path"` // as the operator gives it
	Host    string     `json:"http_host,omitempty"`
	ID      string     `json:"id"` // what the site is known by
	UID     uint32     `json:"uid"`
	Since   time.Time  `json:"since"`
	Gone    *time.Time `json:"gone,omitempty"` // since when it is seen to be no site any more
}

// A claimant is a job's site that wants its name.
type claimant struct {
	job *Job
	id  string
	uid uint32
}

// A NameError says that a site may not go by its name, which is that of others.
type NameError struct {
	Name   string
	Path   string
	Others []string // the sites that have the name, or want it too

	named bool   // by the operator
	note  string // when it will be free
}

func newNameError(c claimant, others ...string) *NameError {
	return &NameError{Name: c.job.Name, Path: c.job.Place.Path, Others: others, named: c.job.Named}
}

func (e *NameError) Error() string {
	return fmt.Sprintf("name %q is that of %s, and %s comes to it too%s; give each a name of its own, by name in the configuration or --name",
		e.Name, strings.Join(e.Others, " and of "), e.Path, e.note)
}

// Is makes it an errUsage where the name is what the operator gave: else it comes
// of where tenants put their sites.
func (e *NameError) Is(target error) bool { return target == errUsage && e.named }

func (d Dirs) holderPath(name string) string { return filepath.Join(d.State, "names", name) }

// holderOf reads who has a name; nil if nobody.
func (d Dirs) holderOf(name string) (*holder, error) {
	text, err := os.ReadFile(d.holderPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who has the name %q: %w", name, err)
	}
	h := &holder{}
	if err := json.Unmarshal(text, h); err != nil || h.Version != formatVersion || h.Name != name {
		return nil, fmt.Errorf("read who has the name %q: %s is not what this version writes; remove it to let the name go", name, d.holderPath(name))
	}
	return h, nil
}

// served lists the roots of the sites that have a name on this host and are there.
func (d Dirs) served() (roots []string) {
	names, err := os.ReadDir(filepath.Join(d.State, "names"))
	if err != nil {
		return nil // nothing was ever backed up; what cannot be read is told of by who needs it
	}
	for _, n := range names {
		h, err := d.holderOf(n.Name())
		if err != nil || h == nil || h.gone() {
			continue
		}
		if real, err := safefs.RealPath(h.Path); err == nil {
			roots = append(roots, real)
		}
	}
	return roots
}

// is tells whether the holder is the claimant: the same site or, where that has
// moved, the path that the operator calls it by.
func (h *holder) is(c claimant) bool {
	return h.ID == c.id || h.Path == c.job.Place.Path && h.Host == c.job.World.HTTPHost
}

// gone tells whether there is no WordPress at the holder's path any more. What
// cannot be told is not gone.
func (h *holder) gone() bool {
	if _, config, ok := strings.Cut(h.ID, "\x00"); ok {
		if _, err := os.Stat(config); errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	place, err := site.PlaceOf(h.Path, site.OwnerHome)
	if err != nil {
		return false
	}
	installed, err := place.Installed()
	return err == nil && !installed
}

// released tells whether the operator has taken the name from its holder: he calls
// that site something else by now, or leaves it out.
func (d Dirs) released(h *holder, renamed map[string]string) bool {
	if now, ok := renamed[h.ID]; ok {
		return now != h.Name
	}
	s, err := d.load(h.ID)
	return err == nil && s.Name != "" && s.Name != h.Name
}

// judge says whether the claimant may have the name that h holds: nil, or why not.
func (d Dirs) judge(h *holder, c claimant, renamed map[string]string, now time.Time) error {
	if h == nil || h.is(c) || d.released(h, renamed) {
		return nil
	}
	refusal := newNameError(c, h.Path)
	if !h.gone() {
		return refusal
	}
	if h.UID == c.uid || c.job.Named || h.Gone != nil && now.Sub(*h.Gone) >= letGo {
		return nil
	}
	refusal.note = fmt.Sprintf(" (there is no WordPress any more at the former: it loses the name %s after that was first seen)", letGo)
	return refusal
}

// claim takes the name for the claimant, or says why it may not have it. renamed
// has the names, by what they are known by, of all sites of the invocation.
func (d Dirs) claim(c claimant, renamed map[string]string, now time.Time) error {
	unlock, err := d.lockNames()
	if err != nil {
		return err
	}
	defer unlock()
	h, err := d.holderOf(c.job.Name)
	if err != nil {
		return err
	}
	if err := d.judge(h, c, renamed, now); err != nil {
		return err
	}
	next := holder{
		Version: formatVersion, Name: c.job.Name, Path: c.job.Place.Path, Host: c.job.World.HTTPHost,
		ID: c.id, UID: c.uid, Since: now.UTC(),
	}
	if h != nil && h.is(c) {
		next.Since = h.Since
		if *h == next {
			return nil
		}
	}
	return d.saveHolder(&next)
}

// witness remembers since when the holder of a name that others want is gone, or
// that it is back.
func (d Dirs) witness(name string, now time.Time) error {
	unlock, err := d.lockNames()
	if err != nil {
		return err
	}
	defer unlock()
	h, err := d.holderOf(name)
	if err != nil || h == nil || h.gone() == (h.Gone != nil) {
		return err
	}
	if now = now.UTC(); h.Gone == nil {
		h.Gone = &now
	} else {
		h.Gone = nil
	}
	return d.saveHolder(h)
}

func (d Dirs) lockNames() (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Join(d.State, "names"), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of names: %w", err)
	}
	lock := flock.New(filepath.Join(d.State, "names.lock"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("lock the names: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}

func (d Dirs) saveHolder(h *holder) error {
	text, err := json.MarshalIndent(h, "", "  ")
	if err == nil {
		err = renameio.WriteFile(d.holderPath(h.Name), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write who has the name %q: %w", h.Name, err)
	}
	return nil
}
