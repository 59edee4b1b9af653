// Package source is the site's side of a run: it reads the configuration, the
// database and the files of one site. It does so in this process or, if root reads
// a site of another owner, in a worker process with the rights of that owner.
package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// A Site is an open site.
type Site interface {
	// Facts returns what was found when the site was opened. The snapshot of the
	// database dates from that moment.
	Facts() Facts
	// Part returns the stream of that name: manifest.DatabaseStream or FilesStream.
	Part(name string) Part
	// Findings waits for the parts to end. Call it once, after all of them.
	Findings(context.Context) (Findings, error)
	// Close stops everything that still runs for the site.
	Close() error
}

// A Part is one stream of a site: the database as SQL, or the files as tar.
type Part struct {
	Name  string
	Write func(context.Context, io.Writer) error
}

// A Mode is the purpose for which a site is opened.
type Mode string

// The modes.
const (
	Backup     Mode = ""       // to write the parts of the kind
	ConfigOnly Mode = "config" // to read the configuration; nothing else is opened
	Plan       Mode = "plan"   // to count what a backup would hold; no part can be written
	// Check tests whether the parts of the kind could be written, and what in them
	// cannot be read. No part can be written. A part that fails is an entry in
	// Facts.CheckErrors.
	Check Mode = "check"
)

// A Request is everything that the site's side of a run gets from the operator. It
// holds no credential of a sink and no sealing secret.
type Request struct {
	Path      string          `json:"-"` // need not be UTF-8
	Home      string          `json:"-"`
	Mode      Mode            `json:"mode,omitempty"`
	Kind      manifest.Kind   `json:"kind"`
	Selection files.Selection `json:"selection"`
	Dump      dump.Options    `json:"dump"`
	World     wordpress.World `json:"world"`
	// WithPHP is as in config.Options.
	WithPHP string `json:"with_php,omitempty"`
	// Guarded requires that only root and the user of the reading process can change the files
	// that decide how the site is read; see config.Options.
	Guarded bool `json:"guarded,omitempty"`
	// Config is the configuration, if it was read just now as Guarded requires; nil: it is read
	// when the site is opened. A worker always reads it.
	Config *config.Site `json:"-"`
	// TempDir is the folder of a temporary file for rows of locked tables, and of the script
	// for PHP; "" is the system's. A worker may not be allowed to write there.
	TempDir string `json:"-"`
	// TempFile says that the order of a worker carries a temporary file. If it could not be
	// opened, TempError is the reason.
	TempFile  bool   `json:"temp_file,omitempty"`
	TempError string `json:"temp_error,omitempty"`
	// Defaults is a MySQL option file of the operator. It overrides the connection
	// in the site's configuration, and holds a password.
	Defaults []byte `json:"defaults,omitempty"`
	// DefaultsFiles are the certificates and the key that Defaults names, by their path: a
	// worker may not read the operator's files.
	DefaultsFiles map[string][]byte `json:"defaults_files,omitempty"`
	// defaultsUID is the user whose option file it is; root for a worker.
	defaultsUID int
	// Stall is the longest time that a destination may make no progress; a site may take
	// twelve times as long, and once to read its configuration. 0 is unlimited.
	Stall    time.Duration `json:"-"`
	Patience *Patience     `json:"-"` // nil: every site has the whole limit
	// Workers are used for several sites; nil: a worker ends with its site.
	Workers *Workers `json:"-"`
	// WithPassword asks for the database password in Facts.
	WithPassword bool `json:"with_password,omitempty"`
}

type plainRequest Request

// A wireRequest is a Request as it is sent to a worker: JSON strings cannot hold
// paths that are not UTF-8.
type wireRequest struct {
	plainRequest
	Path    []byte `json:"path"`
	Home    []byte `json:"home"`
	TempDir []byte `json:"temp_dir,omitempty"`
}

// MarshalJSON encodes the request for a worker.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireRequest{plainRequest: plainRequest(r), Path: []byte(r.Path), Home: []byte(r.Home), TempDir: []byte(cmp.Or(r.TempDir, os.TempDir()))})
}

// UnmarshalJSON decodes what MarshalJSON returns.
func (r *Request) UnmarshalJSON(text []byte) error {
	var w wireRequest
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*r = Request(w.plainRequest)
	r.Path, r.Home, r.TempDir = string(w.Path), string(w.Home), string(w.TempDir)
	return nil
}

// Open opens a site, in a worker if its owner's rights differ from ours. From then on, the site
// fails with ErrStalled if it makes no progress.
//
//nolint:contextcheck // the life of the watchdog is derived from ctx
func Open(ctx context.Context, req Request, owner Owner, log *slog.Logger) (Site, error) {
	remote := owner.NeedsWorker()
	if remote {
		if err := checkDefaults(req.Defaults); err != nil {
			return nil, err
		}
		log.Debug("a worker reads the site", "uid", owner.UID)
	}
	w := newWatchdog(ctx, req.Patience.limit(owner.UID, req.stallLimit()), req.Dump.LockWait)
	context.AfterFunc(w.life, func() {
		if errors.Is(context.Cause(w.life), ErrStalled) {
			req.Patience.count(owner.UID)
		}
	})
	s := &watchedSite{watchdog: w}
	err := w.await(ctx, func(context.Context) (err error) {
		if remote {
			s.Site, err = openRemote(w.life, req, owner, w)
			return err
		}
		req.defaultsUID = os.Geteuid()
		req.Dump.Temp = func() (*os.File, error) { return dump.OpenTemp(req.TempDir) }
		req.Dump.Waiting = func(waiting bool) { _ = w.announce(waiting) } // only a worker is limited
		s.Site, err = openLocal(w.life, req, log)
		return err
	})
	if err != nil {
		w.giveUp(nil)
		return nil, err
	}
	return s, nil
}

// stallLimit is how long the site may make no progress. Reading a configuration does not wait
// for a destination or a lock, so its limit is shorter.
func (r *Request) stallLimit() time.Duration {
	if r.Mode == ConfigOnly {
		return r.Stall
	}
	return stallFactor * r.Stall
}

// checkDefaults refuses an option file that sets a password, but not the server and the
// database. The site's owner could otherwise choose the server that gets the password, or the
// database that is read with it.
func checkDefaults(text []byte) error {
	db, err := mysql.ReadOptionFile(bytes.NewReader(text), wordpress.Database{}, 0)
	if err != nil {
		return fmt.Errorf("db_defaults_file: %w", err)
	}
	if db.Password == "" || (db.Host != "" || db.Socket != "") && db.Name != "" {
		return nil
	}
	return manifest.Usagef("db_defaults_file: the option file sets a password but no host or socket and database, so the site's owner could redirect it; add both")
}
