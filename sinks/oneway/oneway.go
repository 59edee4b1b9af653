// Package oneway checks with real requests whether a sink's credential is one-way: it creates a
// canary in each folder that a backup would use, and then sends every request that must be
// denied. Only this package reads, lists or deletes stored objects, and no backup runs it.
package oneway

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// Options are the settings of an examination.
type Options struct {
	// Folders are where backups would go, relative to the sink's prefix.
	Folders []string
	// Within is the prefix that the credential is for. Nothing may be created
	// outside it. nil means the sink's own prefix.
	Within *string
	// Intrusive tries to change the bucket's settings also at unknown stores, which
	// may accept the invalid request bodies.
	Intrusive bool
	// Tenants are the users whose sites are backed up, for the check of folders.
	Tenants []User
	// Timeout is the time limit of one request; 0 means 20 seconds.
	Timeout time.Duration
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

// A Result is the result of the examination of one sink.
type Result struct {
	URL      string // the sink's String
	Location string // the sink's, as sinks.Location returns it
	Store    string // the kind of store, such as "MinIO at https://…"
	Policy   string // the command that prints the policy for the credential
	Findings []sinks.Finding
	// Credential identifies the credential, as sinks.Credential does.
	Credential string
	// Folder is true for a folder, which cannot be one-way. Required there is that
	// backups can be written, and that only their owner can delete them.
	Folder bool
	// Reached is false when no canary could be created. Then nothing is proven.
	Reached bool
}

// Proven reports whether every required check holds or is a warning.
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

// An examiner runs the checks for one kind of sink.
type examiner interface {
	// store describes the store.
	store() string
	// policy is the command that prints the policy for the credential.
	policy() string
	// folder runs the checks of one folder; false when no canary could be created.
	folder(ctx context.Context, name string) ([]sinks.Finding, bool)
	// whole runs the checks of the whole sink, after those of its folders.
	whole(ctx context.Context) []sinks.Finding
}

// examiners are the constructors; each returns false for another kind of sink.
func examiners() []func(sinks.Sink, Options) (examiner, bool) {
	return []func(sinks.Sink, Options) (examiner, bool){newS3Examiner, newGCSExaminer}
}

// Examine opens the sink of a URL that sinks.Parse returned, and tries what its
// credential allows. It returns an error if the sink cannot be examined at all.
func Examine(ctx context.Context, u *url.URL, o Options) (*Result, error) {
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if dir, ok := sinks.LocalDir(u); ok {
		return examineDir(ctx, dir, o), nil
	}
	sink, err := sinks.Open(ctx, u, sinks.Options{Stall: o.Timeout, Retry: o.Timeout / 4})
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
	result := &Result{URL: sink.String(), Location: sinks.Location(sink), Reached: true}
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
	if result.Findings, err = addExpiry(ctx, sink, result.Findings, time.Now()); err != nil {
		return nil, err
	}
	result.Store, result.Policy = x.store(), x.policy()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return result, nil
}
