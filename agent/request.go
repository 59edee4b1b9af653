package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// request is what the site's side of the job is told.
func (j *Job) request() Request {
	return Request{
		Path: j.Place.Path, Home: j.Place.Home, Kind: j.Kind, Selection: j.Selection, Dump: j.Dump,
		World: j.World, Defaults: j.Defaults,
	}
}

// request is the job's, and what only we know of the files: our own folders,
// which must not be archived, and the crontab, which the owner may not read.
func (r *run) request(ctx context.Context, plan bool) Request {
	req := r.job.request()
	req.Plan = plan
	for _, t := range r.targets {
		if t.dir != "" {
			req.Selection.Never = append(req.Selection.Never, t.dir)
		}
	}
	if r.job.Kind.has(filesStream) && (os.Geteuid() == 0 || uint32(os.Geteuid()) == r.owner.UID) {
		crontab, err := files.OwnerCrontab(ctx, r.owner.UID)
		if err != nil {
			r.log.Warn("the owner's crontab is left out", "err", err)
		}
		req.Selection.Crontab = crontab
	}
	return req
}

// openSource opens the site, in a worker where its owner's rights are not ours.
func openSource(ctx context.Context, req Request, owner Owner, log *slog.Logger) (source, error) {
	if owner.foreign() {
		if err := wholeDefaults(req.Defaults); err != nil {
			return nil, err
		}
		log.Debug("the site is read by a worker", "uid", owner.UID)
		r, err := startWorker(ctx, req, owner)
		if err != nil {
			return nil, err
		}
		return r, nil
	}
	return openLocal(ctx, req, log)
}

// wholeDefaults refuses an option file that leaves to a tenant's configuration what
// is the operator's: to whom his password is told, and which database is read with
// it.
func wholeDefaults(text []byte) error {
	db, err := dump.ReadDefaults(bytes.NewReader(text), wordpress.Database{})
	if err != nil {
		return fmt.Errorf("db_defaults_file: %w", err)
	}
	if db.Password == "" || (db.Host != "" || db.Socket != "") && db.Name != "" {
		return nil
	}
	return usagef("db_defaults_file: it gives a password, and leaves to the site's own configuration, which its owner may change, where that goes and for what; give host or socket, and database, too")
}

// Inspect says what the job's site is and what its configuration says, password
// included. It connects nowhere.
func (a *Agent) Inspect(ctx context.Context, job Job) (Facts, error) {
	a.init()
	req := job.request()
	req.ConfigOnly = true
	site, err := a.openJob(ctx, job, req)
	if err != nil {
		return Facts{}, err
	}
	return site.Facts(), site.Close()
}

// Dump writes the job's database to w as SQL, and says what was found.
func (a *Agent) Dump(ctx context.Context, job Job, w io.Writer) (Findings, error) {
	a.init()
	job.Kind = DB
	site, err := a.openJob(ctx, job, job.request())
	if err != nil {
		return Findings{}, err
	}
	if err := site.Part(databaseStream).Write(ctx, w); err != nil {
		return Findings{}, errors.Join(err, site.Close())
	}
	findings, err := site.Findings(ctx)
	return findings, errors.Join(err, site.Close())
}

func (a *Agent) openJob(ctx context.Context, job Job, req Request) (source, error) {
	site, err := job.locate()
	if err != nil {
		return nil, err
	}
	return openSource(ctx, req, site.owner, a.Log)
}
