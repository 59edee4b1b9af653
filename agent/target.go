package agent

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A target is where a job's objects go, before anything is sent.
type target struct {
	url     string // as shown
	dir     string // of a directory sink
	sink    sinks.Sink
	limited sinks.Sink // the same with the bandwidth limit
	err     error      // why the sink could not be opened: that destination fails alone
}

// targets opens the job's sinks. served are the roots of other sites of this host.
func (a *Agent) targets(job Job, owner Owner, root string, served []string) ([]target, error) {
	var targets []target
	seen := map[string]bool{}
	for _, text := range job.Sinks {
		u, err := a.expand(text, job, owner)
		if err != nil {
			return nil, err
		}
		id := sinkID(u)
		if seen[id] {
			return nil, usagef("sink %s is given twice; leave one out", u.Redacted())
		}
		seen[id] = true
		t := target{url: u.Redacted()}
		if dir, ok := sinks.LocalDir(u); ok {
			t.dir = dir
			if t.err = apart(dir, root, served); errors.Is(t.err, errUsage) {
				return nil, t.err
			}
		}
		if t.err == nil {
			a.open(&t, u, job, text)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// open opens a target's sink; if that fails, that destination fails alone.
func (a *Agent) open(t *target, u *url.URL, job Job, text string) {
	o := a.sinks
	o.Pool, o.Logger, o.Dry = a.pool, a.Log, job.DryRun
	if o.PartSize == 0 {
		o.PartSize = transfer.PartBlocks * sinks.BlockSize
	}
	if t.sink, t.err = sinks.Open(context.Background(), u, o); t.err != nil {
		return
	}
	if t.limited, t.err = sinks.Throttle(context.Background(), t.sink, a.limit); t.err != nil {
		return
	}
	t.url = t.sink.String()
	if job.RequireOneWay && !slices.Contains(job.Exempt, text) {
		t.err = a.requireOneWay(context.Background(), job, t.sink)
	}
}

// sinkID is the same for two URLs of one place.
func sinkID(u *url.URL) string {
	return strings.Join([]string{u.Scheme, u.Host, strings.Trim(path.Clean("/"+u.Path), "/"), u.Query().Get("endpoint")}, " ")
}

// placeholder is what looks like one of ours.
func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z_]+\}`) }

// expand puts the operator's words in the place of {host} {kind} {site} {owner},
// and reads the URL.
func (a *Agent) expand(text string, job Job, owner Owner) (*url.URL, error) {
	known := []string{"{host}", a.Host, "{kind}", string(job.Kind), "{site}", job.Name, "{owner}", owner.name()}
	for _, p := range placeholder().FindAllString(text, -1) {
		if !slices.Contains(known, p) {
			return nil, usagef("sinks: %s stands for nothing; there are {host}, {kind}, {site} and {owner}", p)
		}
	}
	if strings.Contains(text, "{host}") && a.Host == "" {
		return nil, usagef("sink %s: the host has no name for {host}; set one, or write it in the URL", text)
	}
	u, err := sinks.Parse(strings.NewReplacer(known...).Replace(text))
	if err != nil {
		return nil, usagef("%s", err)
	}
	return u, nil
}

// apart refuses a directory that lies in the site, or in another one.
func apart(dir, root string, served []string) error {
	if err := outside(dir, root); err != nil {
		return err
	}
	for _, other := range served {
		if other != root && errors.Is(outside(dir, other), errUsage) {
			return usagef("sink %s: lies in the site %s, which would serve it to the world; give a folder elsewhere", dir, other)
		}
	}
	return nil
}

// outside refuses a directory at or below the site's root: it would be served to
// the world and backed up into itself.
func outside(dir, root string) error {
	// What does not exist yet will be made below its nearest ancestor that does.
	real := dir
	for {
		resolved, err := filepath.EvalSymlinks(real)
		if err == nil {
			rest, _ := filepath.Rel(real, dir)
			real = filepath.Join(resolved, rest)
			break
		}
		if !errors.Is(err, os.ErrNotExist) || real == filepath.Dir(real) {
			return fmt.Errorf("look at the sink %s: %w", dir, err)
		}
		real = filepath.Dir(real)
	}
	if rel, err := filepath.Rel(root, real); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return usagef("sink %s: lies in the site itself (%s), which would serve it to the world and back it up into itself; give a folder elsewhere", dir, root)
	}
	return nil
}

// local tells whether one of the job's sinks is, or may be, on this host.
func (j *Job) local() bool {
	return slices.ContainsFunc(j.Sinks, func(text string) bool {
		u, err := sinks.Parse(text)
		if err != nil {
			return true
		}
		_, local := sinks.LocalDir(u)
		return local
	})
}

// Remote tells whether one of the job's sinks is not on this host.
func (j *Job) Remote() bool {
	for _, text := range j.Sinks {
		u, err := sinks.Parse(text)
		if err != nil {
			continue
		}
		if _, local := sinks.LocalDir(u); !local {
			return true
		}
	}
	return false
}
