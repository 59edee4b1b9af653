package agent

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// sendDetails stores the details: data that the manifest must not contain, since the
// manifest is readable without the key.
func (r *run) sendDetails(ctx context.Context, facts source.Facts, findings source.Findings) (manifest.Stream, error) {
	text, err := json.MarshalIndent(r.details(facts, findings), "", "  ")
	if err != nil {
		return manifest.Stream{}, fmt.Errorf("write the details: %w", err)
	}
	part := source.Part{Name: manifest.DetailsStream, Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	}}
	return r.sendStream(ctx, part, nil)
}

func (r *run) details(facts source.Facts, findings source.Findings) manifest.Details {
	c := facts.Config
	d := manifest.Details{
		Version: manifest.Version, Base: findings.Base, Root: facts.Root, Layout: r.job.Place.Layout,
		Source: c.Source(), Multisite: c.Multisite, TablePrefix: c.DB.TablePrefix, ContentDir: c.ContentDir, PluginDir: c.PluginDir,
		UploadsDir: c.UploadsDir, SiteURL: c.SiteURL, ConfigFiles: c.Files, Tables: findings.Tables,
		Excludes: findings.Excludes, Warnings: findings.Warnings, Unreadable: findings.Unreadable, Privileges: findings.Privileges,
	}
	if r.job.Kind.Has(manifest.DatabaseStream) && r.job.Dump.Partial() != "" {
		d.Dump = &r.job.Dump
	}
	return d
}

// commit stores the manifest, a separate one for each destination, as the last
// object. From then on the run is a backup there.
func (r *run) commit(ctx context.Context, facts source.Facts, findings source.Findings, streams []manifest.Stream, sizes map[string]state.Size) error {
	counts := findings.Counts()
	m := manifest.Manifest{
		Version: manifest.Version, Site: r.job.Name, Kind: r.job.Kind, Run: r.runID, Host: r.agent.Host, Agent: r.agent.Version,
		Started: r.started, Finished: r.agent.Now().UTC(), WordPress: facts.WordPress, Server: facts.Server, Seal: r.job.Seal,
		Streams: streams, Counts: counts, Complete: counts.Unreadable == 0,
	}
	var puts sync.WaitGroup
	for _, d := range r.dests {
		if d.Err() == nil {
			puts.Go(func() { //nolint:contextcheck // each destination has its own context
				if d.commitErr = r.commitTo(d, m); d.commitErr != nil {
					d.Fail(d.commitErr)
				}
			})
		}
	}
	puts.Wait()
	if err := r.commitResult(ctx); err != nil {
		return err
	}
	r.report.Counts = &counts
	r.report.Warnings, r.report.Unreadable, r.report.Privileges = &findings.Warnings, &findings.Unreadable, &findings.Privileges
	r.state.KeepSizes(sizes)
	return nil
}

// commitResult returns nil if the manifest is stored at any destination, even if the run was
// cancelled meanwhile. Otherwise it returns the reason; ErrUnknown takes precedence.
func (r *run) commitResult(ctx context.Context) error {
	var unknown error
	for _, d := range r.dests {
		if d.committed {
			return nil
		}
		if errors.Is(d.commitErr, sinks.ErrUnknown) {
			unknown = d.commitErr
		}
	}
	switch {
	case ctx.Err() == nil:
		return transfer.ErrNoDestination
	case unknown != nil:
		return unknown
	}
	return context.Cause(ctx)
}

// commitTo stores the manifest of one destination, and records and reports the run.
func (r *run) commitTo(d *destination, m manifest.Manifest) error {
	var objects []manifest.Object
	for _, o := range d.Objects() {
		objects = append(objects, manifestObject(o))
	}
	m.Objects = objects
	key := sinks.Location(d.Sink()) + "#" + string(r.job.Kind)
	r.mu.Lock()
	if p, ok := r.state.Previous[key]; ok && strings.HasPrefix(p.Name, r.job.Name+"/") { // not of a former name
		m.Previous = &p
	}
	r.mu.Unlock()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	text = append(text, '\n')
	name := r.name + manifest.Suffix
	receipt, err := r.agent.commitRetry.put(d.Context(), d.Sink(), name, text, r.log)
	switch {
	case errors.Is(err, sinks.ErrUnknown):
		return fmt.Errorf("store the manifest: %w; look for %s with a credential that may read", err, name)
	case err != nil && d.Err() != nil:
		return fmt.Errorf("store the manifest: %w", d.Err())
	case err != nil:
		return fmt.Errorf("store the manifest: %w", err)
	}
	d.committed = true
	sum := sha256.Sum256(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Name = r.job.Name
	r.state.Previous[key] = manifest.Previous{Name: r.name, ManifestSHA256: hex.EncodeToString(sum[:])}
	report := &r.report.Destinations[d.target]
	*report = manifest.DestinationReport{
		Name: report.Name, URL: report.URL, Status: manifest.OK, Manifest: name,
		Bytes: int64(len(text)), Objects: objects, Credential: report.Credential,
	}
	complete := receipt.Objects
	for _, o := range d.Objects() {
		report.Bytes += o.Bytes
		complete = append(complete, o.Object)
	}
	if c, ok := sinks.As[sinks.Completer](d.Sink()); ok {
		if err := c.Complete(d.Context(), complete); err != nil {
			r.log.Warn("latest links not updated", "to", report.URL, "err", err)
		}
	}
	return nil
}

// A destination is a destination of the run, and the result of its manifest.
type destination struct {
	*transfer.Destination
	target    int   // index in run.targets
	committed bool  // its manifest is stored
	commitErr error // why its manifest is not stored, or may not be
}

// manifestObject is the entry of a stored object in the manifest.
func manifestObject(o transfer.Object) manifest.Object {
	var crc [8]byte
	binary.BigEndian.PutUint64(crc[:], o.CRC64NVME)
	return manifest.Object{
		Name: o.Name, Stream: o.Stream, Piece: o.Piece, Bytes: o.Bytes, SHA256: hex.EncodeToString(o.SHA256[:]),
		CRC64NVME: base64.StdEncoding.EncodeToString(crc[:]), ETag: o.ETag, VersionID: o.VersionID, Notes: o.Notes,
	}
}
