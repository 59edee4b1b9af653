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
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// sendDetails stores what the manifest must not tell to who has no key.
func (r *run) sendDetails(ctx context.Context, facts Facts, findings Findings) (ManifestStream, error) {
	text, err := json.MarshalIndent(r.details(facts, findings), "", "  ")
	if err != nil {
		return ManifestStream{}, fmt.Errorf("write the details: %w", err)
	}
	part := Part{Name: detailsStream, Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	}}
	return r.sendStream(ctx, part, nil)
}

func (r *run) details(facts Facts, findings Findings) Details {
	c := facts.Config
	d := Details{
		Version: formatVersion, Base: findings.Base, Root: facts.Root, Layout: facts.Layout,
		Multisite: c.Multisite, TablePrefix: string(c.TablePrefix), ContentDir: c.ContentDir, PluginDir: c.PluginDir,
		UploadsDir: c.UploadsDir, SiteURL: c.SiteURL, ConfigFiles: c.Files, Tables: findings.Tables,
		Excludes: findings.Excludes, Warnings: findings.Warnings, Unreadable: findings.Unreadable, Privileges: findings.Privileges,
	}
	if r.job.Kind.has(databaseStream) && r.job.Dump.Partial() != "" {
		d.Dump = &r.job.Dump
	}
	return d
}

// commit puts the manifest, each destination's own, last of all: from that
// moment the run is a backup there.
func (r *run) commit(ctx context.Context, facts Facts, findings Findings, streams []ManifestStream, held map[string]Size) error {
	counts := findings.counts()
	m := Manifest{
		Version: formatVersion, Site: r.job.Name, Kind: r.job.Kind, Run: r.id, Host: r.agent.Host, Agent: r.agent.Version,
		Started: r.started, Finished: r.agent.Now().UTC(), WordPress: facts.WordPress, Server: facts.Server, Seal: r.job.Seal,
		Streams: streams, Counts: counts, Complete: counts.Unreadable == 0,
	}
	var puts sync.WaitGroup
	for _, d := range r.dests {
		if d.Err() == nil {
			puts.Go(func() {
				if d.lost = r.commitTo(d, m); d.lost != nil {
					d.Fail(d.lost)
				}
			})
		}
	}
	puts.Wait()
	if err := r.committed(ctx); err != nil {
		return err
	}
	r.report.Counts = &counts
	r.report.Warnings, r.report.Unreadable, r.report.Privileges = &findings.Warnings, &findings.Unreadable, &findings.Privileges
	r.state.keepSizes(held)
	if err := r.agent.Dirs.save(r.state); err != nil {
		// The backup stands; only its successor will not know of it.
		r.log.Warn("state not kept", "err", err)
	}
	return nil
}

// committed returns nil if the run is a backup somewhere, even when it was told to
// end meanwhile; else it says why not, above all that it may be one.
func (r *run) committed(ctx context.Context) error {
	var unknown error
	for _, d := range r.dests {
		if d.committed {
			return nil
		}
		if errors.Is(d.lost, sinks.ErrUnknown) {
			unknown = d.lost
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

// commitTo stores one destination's manifest, and remembers and reports the run.
func (r *run) commitTo(d *destination, m Manifest) error {
	var objects []ManifestObject
	for _, o := range d.Objects() {
		objects = append(objects, manifestObject(o))
	}
	m.Objects = objects
	where := d.Sink().String() + "#" + string(r.job.Kind)
	r.mu.Lock()
	if p, ok := r.state.Previous[where]; ok {
		m.Previous = &p
	}
	r.mu.Unlock()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	text = append(text, '\n')
	name := r.name + manifestSuffix
	receipt, err := r.agent.persist.put(d.Context(), d.Sink(), name, text, r.log)
	switch {
	case errors.Is(err, sinks.ErrUnknown):
		return fmt.Errorf("put the manifest: %w: look for %s with a credential that may read", err, name)
	case err != nil && d.Err() != nil:
		return fmt.Errorf("put the manifest: %w", d.Err())
	case err != nil:
		return fmt.Errorf("put the manifest: %w", err)
	}
	d.committed = true
	sum := sha256.Sum256(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Name = r.job.Name
	r.state.Previous[where] = Previous{Name: r.name, ManifestSHA256: hex.EncodeToString(sum[:])}
	report := &r.report.Destinations[d.target]
	*report = DestinationReport{
		URL: report.URL, Status: OK, Manifest: name,
		Bytes: int64(len(text)), Objects: objects,
	}
	complete := receipt.Objects
	for _, o := range d.Objects() {
		report.Bytes += o.Bytes
		complete = append(complete, o.Object)
	}
	if c, ok := sinks.As[sinks.Completer](d.Sink()); ok {
		if err := c.Complete(d.Context(), complete); err != nil {
			r.log.Warn("latest not updated", "to", report.URL, "err", err)
		}
	}
	return nil
}

// A destination is one of the run's, and the fate of its manifest.
type destination struct {
	*transfer.Destination
	target    int   // index in run.targets
	committed bool  // its manifest is stored
	lost      error // why its manifest is not stored, or may not be
}

// manifestObject is the manifest's line for one stored object.
func manifestObject(o transfer.Object) ManifestObject {
	var crc [8]byte
	binary.BigEndian.PutUint64(crc[:], o.CRC64NVME)
	return ManifestObject{
		Name: o.Name, Stream: o.Stream, Piece: o.Piece, Bytes: o.Bytes, SHA256: hex.EncodeToString(o.SHA256[:]),
		CRC64NVME: base64.StdEncoding.EncodeToString(crc[:]), ETag: o.ETag, VersionID: o.VersionID, Notes: o.Notes,
	}
}
