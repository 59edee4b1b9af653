package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A Job is one site to back up.
type Job struct {
	Place     site.Place
	Name      string // the site's name in the sinks
	Named     bool   // the operator gave the name; it does not come from the layout
	Kind      manifest.Kind
	Selection files.Selection
	Dump      dump.Options
	World     wordpress.World
	WithPHP   string // as in config.Options
	// RunAs is the user with whose rights the operator wants the site to be read; 0
	// leaves it to the rights of the files.
	RunAs    uint32
	TempDir  string // for rows of locked tables; "" is the system's
	Defaults []byte // a MySQL option file that overrides the connection; nil for none
	// DefaultsFiles are the certificates and the key that Defaults names, by their path.
	DefaultsFiles map[string][]byte
	Filters       []archive.Filter
	Seal          *manifest.Seal // how Filters seal; nil if they do not
	Sinks         []string       // URLs, which may contain {host} {kind} {site} {owner}
	// SinkNames are the names of sinks, by their URLs; a sink without one gets a name
	// from its URL.
	SinkNames map[string]string
	Timeout   time.Duration // of the run; 0 is none
	Wait      time.Duration // longest time to wait for another run's lock, within Timeout; 0 is not at all
	Stall     time.Duration // longest time a destination may make no progress; 0 is unlimited
	// SizeLimit is the largest uncompressed size of the site, in bytes; 0 is unlimited.
	SizeLimit int64
	DryRun    bool
	// RequireOneWay refuses sinks that the doctor has not proved to be one-way. It does
	// not apply to the URLs in Exempt.
	RequireOneWay bool
	Exempt        []string
	Ignore        string // why the site is left out; "" if it is not
	// Unconfigured means that a search found the site without a configuration. The
	// site is left out, unless it was backed up before and has lost its configuration.
	Unconfigured bool
}

// notInstalled is why an Unconfigured site is left out.
const notInstalled = "WordPress is not installed there: there is no wp-config.php"

// checkName refuses names that cannot be a site's name in a sink.
func (j *Job) checkName() error {
	if site.ValidName(j.Name) {
		return nil
	}
	return manifest.Usagef("name %q: %s; give one with --name", j.Name, site.NameForm)
}

// request is what the site's side of the run gets of the job.
func (j *Job) request() source.Request {
	return source.Request{
		Path: j.Place.Path, Home: j.Place.Home, Kind: j.Kind, Selection: j.Selection, Dump: j.Dump,
		World: j.World, WithPHP: j.WithPHP, Defaults: j.Defaults, DefaultsFiles: j.DefaultsFiles, Stall: j.Stall, TempDir: j.TempDir,
		Guarded: j.RunAs == 0 && os.Geteuid() == 0,
	}
}

// A located is a job's site that was found.
type located struct {
	root  string // with links resolved
	uid   uint32
	owner source.Owner // set by locate
	// config is the configuration, if root has read it to find that nobody else decides; else nil.
	config *config.Site
}

// locate finds the job's site and looks up its owner.
func (j *Job) locate(ctx context.Context) (located, error) {
	found, err := j.find(ctx)
	if err != nil {
		return located{}, err
	}
	found.owner, err = source.LookupOwner(found.uid)
	return found, err
}

// find resolves the job's path inside its home, and finds the user with whose rights
// the site is read. The user's groups are not looked up, because that takes long.
func (j *Job) find(ctx context.Context) (found located, err error) {
	home, err := site.OpenHome(j.Place.Home)
	if err != nil {
		return located{}, fmt.Errorf("open the site's home: %w", err)
	}
	defer home.Close()
	found.root, found.uid, err = home.Locate(j.Place.Path, site.Deciding(), site.Content(), func() (uid uint32, err error) {
		defer crash.Recover(&err)
		uid, found.config, err = source.DecidingUser(ctx, j.request())
		return uid, err
	})
	several := (*safefs.AmbiguousOwnerError)(nil)
	ambiguous := errors.As(err, &several)
	switch me := os.Geteuid(); {
	case j.RunAs != 0 && me != 0 && uint32(me) != j.RunAs:
		return located{}, manifest.Usagef("run_as: only root can read %s with the rights of another user; remove run_as", j.Place.Path)
	case j.RunAs != 0 && ambiguous:
		found.root, err = home.Resolve(j.Place.Path)
	case ambiguous:
		return located{}, fmt.Errorf("choose the user with whose rights %s is read: %w", j.Place.Path, several)
	}
	if j.RunAs != 0 {
		found.uid = j.RunAs
	}
	if found.uid != 0 {
		found.config = nil // it is read with the rights of that user
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return located{}, fmt.Errorf("find the site: %s is not a folder; give the folder that holds wp-config.php or wp-load.php", j.Place.Path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return located{}, fmt.Errorf("find the site: %w; wp-oneway sites lists the sites of this host", err)
	}
	if err != nil {
		return located{}, fmt.Errorf("find the site: %w", err)
	}
	return found, nil
}
