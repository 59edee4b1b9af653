// Package oneway examines whether a sink's credential is one-way, by trying: it
// creates a canary in each folder that a backup would use, and then asks for
// everything that must be denied. It is the only place that reads, lists or
// deletes at a sink, and no backup ever runs it.
package oneway

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// Options say how to examine.
type Options struct {
	// Folders are where backups would go, relative to the sink's prefix.
	Folders []string
	// Within is the prefix that the credential is for, beyond which nothing may be
	// created; nil is the sink's own.
	Within *string
	// Intrusive tries changes of the bucket's settings also at stores that are not
	// known to refuse the bodies they are tried with.
	Intrusive bool
	// Tenants are the users whose sites are backed up, for folders.
	Tenants []User
	// Patience is how long one request may take; 0 is 20 seconds.
	Patience time.Duration
	// Random names the canaries; nil is the system's.
	Random io.Reader
}

// within is the prefix that the credential is for.
func (o *Options) within(prefix string) string {
	if o.Within != nil {
		return *o.Within
	}
	return prefix
}

// A User is a user of this host.
type User struct {
	Name   string
	UID    uint32
	Groups []uint32
}

// A Result is what was found at one sink.
type Result struct {
	URL      string // as the sink names itself
	Store    string // what it is, such as "MinIO at https://…"
	Policy   string // the command that prints what the credential should be allowed
	Findings []sinks.Finding
	// Credential names the credential, as sinks.Credential does.
	Credential string
	// Folder says that the sink is one, which cannot be one-way: what must hold is
	// that backups can be written, and that only their owner can delete them.
	Folder bool
	// Reached is false when nothing could be created, so that nothing was proven
	// either way.
	Reached bool
}

// Proven tells whether every required check holds, warnings aside.
func (r *Result) Proven() bool {
	if !r.Reached {
		return false
	}
	for _, f := range r.Findings {
		if !f.OK() {
			return false
		}
	}
	return true
}

// An examiner is one kind of sink. Each of its calls reports what it tried.
type examiner interface {
	// store says what the sink is.
	store() string
	// policy is the command that prints what the credential should be allowed.
	policy() string
	// folder tries what concerns one folder; false when no canary could be created.
	folder(ctx context.Context, name string) ([]sinks.Finding, bool)
	// whole tries what concerns the sink as a whole; a folder was tried before.
	whole(ctx context.Context) []sinks.Finding
}

// examiners make the examiner of a sink, false if it is another store's.
func examiners() []func(sinks.Sink, Options) (examiner, bool) {
	return []func(sinks.Sink, Options) (examiner, bool){newS3Examiner, newGCSExaminer}
}

// Examine opens the sink of a URL, as sinks.Parse returns it, and tries what its
// credential allows. An error means that there was nothing to examine.
func Examine(ctx context.Context, u *url.URL, o Options) (*Result, error) {
	if o.Patience == 0 {
		o.Patience = 20 * time.Second
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if dir, ok := sinks.LocalDir(u); ok {
		return examineDir(dir, o)
	}
	sink, err := sinks.Open(ctx, u, sinks.Options{Stall: o.Patience, Retry: o.Patience / 4})
	if err != nil {
		return nil, err
	}
	var x examiner
	for _, newExaminer := range examiners() {
		if found, ok := newExaminer(sink, o); ok {
			x = found
		}
	}
	if x == nil {
		return nil, fmt.Errorf("examine %s: %w", sink, errors.ErrUnsupported)
	}
	result := &Result{URL: sink.String(), Reached: true}
	if result.Credential, err = sinks.Credential(ctx, sink); err != nil {
		return nil, err
	}
	for _, folder := range o.Folders {
		findings, created := x.folder(ctx, folder)
		result.Findings = append(result.Findings, findings...)
		result.Reached = result.Reached && created
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	if result.Reached {
		result.Findings = append(result.Findings, x.whole(ctx)...)
	}
	result.Store, result.Policy = x.store(), x.policy()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return result, nil
}
