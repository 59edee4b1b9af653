package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// The name registry is a folder with one file per site name. A name belongs to the
// first site that was published under it.

// missingTime is how long the site that owns a name must be missing before a site of another
// user gets the name without a decision of the operator. Otherwise a deployment, or a volume
// that is not mounted during a nightly backup, could give one tenant's name and backup folder
// to another tenant.
const missingTime = 20 * time.Hour

// A Candidate is a site that asks for a name.
type Candidate struct {
	Name     string
	Named    bool   // the operator gave the name; it does not come from the layout
	Path     string // as the operator gives it
	HTTPHost string
	Root     string // the site's root folder, with links resolved
	ID       string // site.Place.Identity
	UID      uint32 // owner

	Ignored      bool // the configuration leaves the site out
	Unconfigured bool // a search found the site without a configuration
	NoFiles      bool // its backups hold no files
}

// A nameOwner is one file of the registry.
type nameOwner struct {
	Version int        `json:"version"`
	Name    string     `json:"name"`
	Path    string     `json:"path"` // as the operator gives it
	Host    string     `json:"http_host,omitempty"`
	ID      string     `json:"id"`
	UID     uint32     `json:"uid"`
	Since   time.Time  `json:"since"`
	Missing *time.Time `json:"gone,omitempty"` // when the site was first found missing
}

// owner is the candidate as the owner of its name since a time.
func (c *Candidate) owner(since time.Time) nameOwner {
	return nameOwner{
		Version: manifest.Version, Name: c.Name, Path: c.Path, Host: c.HTTPHost,
		ID: c.ID, UID: c.UID, Since: since,
	}
}

// is reports whether the candidate is the owner of the name: the same site, or a site
// with the same path and host if the owner's folder was moved.
func (o *nameOwner) is(c *Candidate) bool {
	return o.ID == c.ID || o.Path == c.Path && o.Host == c.HTTPHost
}

// missing reports whether there is no WordPress at the owner's path. If that
// cannot be determined, the owner is not missing.
func (o *nameOwner) missing() bool {
	if _, config, ok := strings.Cut(o.ID, "\x00"); ok {
		if _, err := os.Stat(config); errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	installed, err := site.Installed(o.Path)
	return err == nil && !installed
}

// A NameError says that a site cannot have its name, because other sites have it
// or ask for it too.
type NameError struct {
	Name   string
	Path   string
	Others []string // paths of the other sites

	named bool   // by the operator
	note  string // when the name becomes free
}

func newNameError(c *Candidate, others ...string) *NameError {
	return &NameError{Name: c.Name, Path: c.Path, Others: others, named: c.Named}
}

func (e *NameError) Error() string {
	return fmt.Sprintf("site name %q is already used by %s; %s would get the same name%s; set a different name for one of them, with name in the configuration or --name",
		e.Name, strings.Join(e.Others, " and "), e.Path, e.note)
}

// Is makes the error a manifest.ErrUsage if the operator gave the name. Otherwise the
// name comes from the path of the site, which the tenant chose.
func (e *NameError) Is(target error) bool { return target == manifest.ErrUsage && e.named }

// CheckName returns why the candidate cannot be published under its name, or nil.
func (d Dirs) CheckName(c *Candidate, r *Resolution, now time.Time) error {
	owner, err := d.nameOwner(c.Name)
	if err != nil {
		return err
	}
	return d.checkName(owner, c, r.names, now)
}

// ErrTooManyNames says that the owner of a site has so many names that the site's own
// is not reserved.
var ErrTooManyNames = fmt.Errorf("its owner already has %d names; the name is not reserved, so another site may take it; set name in the configuration", maxNames)

// Register makes the candidate, which was published under its name, the name's owner.
func (d Dirs) Register(ctx context.Context, c *Candidate, r *Resolution, now time.Time) error {
	if owner, err := d.nameOwner(c.Name); err == nil && owner != nil && *owner == c.owner(owner.Since) {
		return nil
	}
	unlock, err := d.Exclusive(ctx, "names")
	if err != nil {
		return err
	}
	defer unlock()
	owner, err := d.nameOwner(c.Name)
	if err != nil {
		return err
	}
	if err := d.checkName(owner, c, r.names, now); err != nil {
		return err
	}
	next := c.owner(now.UTC())
	switch {
	case owner != nil && owner.is(c):
		next.Since = owner.Since
	case owner == nil && !c.Named && r.counts.full(d, c.UID):
		return ErrTooManyNames
	}
	if err := d.saveNameOwner(&next); err != nil {
		return err
	}
	r.counts.moved(owner, c.UID)
	return nil
}

// checkName returns the reason why the candidate cannot have the name of owner, or nil. names
// are the names of all sites of this invocation, by their IDs.
func (d Dirs) checkName(owner *nameOwner, c *Candidate, names map[string]string, now time.Time) error {
	if owner == nil || owner.is(c) || d.released(owner, names) {
		return nil
	}
	refusal := newNameError(c, owner.Path)
	if !owner.missing() {
		return refusal
	}
	if owner.UID == c.UID || c.Named || owner.Missing != nil && now.Sub(*owner.Missing) >= missingTime {
		return nil
	}
	refusal.note = fmt.Sprintf(" (there is no WordPress at %s any more; the name becomes free %s after that was first noticed)", owner.Path, missingTime)
	return refusal
}

// released reports whether the name is free: its owner was never published, or the operator has
// given the owner another name, or has set ignore for it.
func (d Dirs) released(owner *nameOwner, names map[string]string) bool {
	if name, ok := names[owner.ID]; ok {
		return name != owner.Name
	}
	s, err := d.LoadSite(owner.ID)
	return err == nil && s.Name != "" && s.Name != owner.Name || d.unpublished(owner)
}

// unpublished reports whether the owner of a name has runs, but no backup. Earlier versions
// reserved the name for it.
func (d Dirs) unpublished(owner *nameOwner) bool {
	s, err := d.LoadSite(owner.ID)
	return err == nil && s.Name != "" && !s.Published()
}

// SiteAbove returns the root of a site that the host remembers and that still exists, if it
// is the folder at a real path or one above it; else "".
func (d Dirs) SiteAbove(folder string) string {
	for dir := filepath.Clean(folder); ; dir = filepath.Dir(dir) {
		if d.remembers(dir) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// remembers reports whether a folder is the root of a site with a state.
func (d Dirs) remembers(dir string) bool {
	if site.ServesHosts(dir) {
		return true
	}
	if !d.HasSite(site.Place{Path: dir}.Identity(dir, "")) {
		return false
	}
	installed, err := site.Installed(dir)
	return err != nil || installed
}

func (d Dirs) namePath(name string) string { return filepath.Join(d.State, "names", name) }

// nameOwner reads the owner of a name; nil if the name is free.
func (d Dirs) nameOwner(name string) (*nameOwner, error) {
	text, err := os.ReadFile(d.namePath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the owner of the name %q: %w", name, err)
	}
	o := &nameOwner{}
	if err := json.Unmarshal(text, o); err != nil || o.Version != manifest.Version || o.Name != name {
		return nil, fmt.Errorf("read the owner of the name %q: %s has an unknown format; remove it to make the name free", name, d.namePath(name))
	}
	return o, nil
}

func (d Dirs) saveNameOwner(o *nameOwner) error {
	if err := makeFolder(filepath.Join(d.State, "names")); err != nil {
		return fmt.Errorf("create the folder of names: %w", err)
	}
	text, err := json.MarshalIndent(o, "", "  ")
	if err == nil {
		err = renameio.WriteFile(d.namePath(o.Name), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the owner of the name %q: %w", o.Name, err)
	}
	return nil
}

// names lists the names in the registry.
func (d Dirs) names() (names []string) {
	entries, _ := os.ReadDir(filepath.Join(d.State, "names")) // no folder, no names
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// nameCounts counts the names in the registry. It reads them at most once: if each of many new sites
// read all names, the time would grow with the square of their number. Names that other invocations
// register meanwhile are not counted.
type nameCounts struct {
	mu     sync.Mutex
	listed bool
	total  int
	of     map[uint32]int // by owner; nil until there are maxNames
}

// full reports whether an owner has maxNames names.
func (n *nameCounts) full(d Dirs, uid uint32) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.listed {
		n.listed, n.total = true, len(d.names())
	}
	if n.of == nil && n.total >= maxNames {
		n.of = map[uint32]int{}
		for _, name := range d.names() {
			if o, err := d.nameOwner(name); err == nil && o != nil {
				n.of[o.UID]++
			}
		}
	}
	return n.of[uid] >= maxNames
}

// moved counts a name that a new owner has; from is the previous one, or nil.
func (n *nameCounts) moved(from *nameOwner, to uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from == nil {
		n.total++
	}
	if n.of == nil {
		return
	}
	if from != nil {
		n.of[from.UID]--
	}
	n.of[to]++
}
