package catalog

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// ErrNewer is the error for a manifest that a newer version of wp-oneway wrote.
var ErrNewer = errors.New("it was made by a newer wp-oneway; use that version")

// parse reads a manifest and compares it with the name of the run. Anyone who has the host's
// credential can forge a manifest, so it may refer only to the objects of its own run.
func parse(text []byte, run *Run) (*manifest.Manifest, error) {
	m := &manifest.Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, err
	}
	switch {
	case m.Version > manifest.Version:
		return nil, fmt.Errorf("version %d: %w", m.Version, ErrNewer)
	case m.Version < 1:
		return nil, errors.New("it has no version")
	case m.Site != run.Site, m.Kind != run.Kind, m.Run != run.ID:
		return nil, fmt.Errorf("it belongs to another run, %s %s %s", m.Site, m.Kind, m.Run)
	}
	suffixes := map[string]string{}
	for _, s := range m.Streams {
		suffix, err := streamSuffix(s)
		if err != nil {
			return nil, err
		}
		if _, twice := suffixes[s.Name]; twice || s.RawBytes < 0 {
			return nil, fmt.Errorf("stream %q occurs twice, or has a negative length", s.Name)
		}
		suffixes[s.Name] = suffix
	}
	if err := checkStreams(m, suffixes); err != nil {
		return nil, err
	}
	pieces := map[string]int{}
	for _, o := range m.Objects {
		suffix, ok := suffixes[o.Stream]
		pieces[o.Stream]++
		name := run.Name + suffix
		if o.Piece > 1 {
			name += fmt.Sprintf(".%03d", o.Piece-1)
		}
		if !ok || o.Piece != pieces[o.Stream] || o.Name != name {
			return nil, fmt.Errorf("it names an object that is not the run's: %.200q", o.Name)
		}
		if err := checkSums(o); err != nil {
			return nil, err
		}
	}
	for stream := range suffixes {
		if pieces[stream] == 0 {
			return nil, fmt.Errorf("stream %q has no object", stream)
		}
	}
	return m, nil
}

// checkStreams refuses a manifest whose streams do not belong to its kind of run.
func checkStreams(m *manifest.Manifest, suffixes map[string]string) error {
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream, manifest.DetailsStream} {
		_, is := suffixes[stream]
		if wanted := m.Kind.Has(stream) || stream == manifest.DetailsStream; wanted != is {
			return fmt.Errorf("a backup of kind %s has other streams", m.Kind)
		}
	}
	return nil
}

// streamSuffix returns the end of the names of a stream's objects.
func streamSuffix(s manifest.Stream) (string, error) {
	if !slices.Contains([]string{manifest.DatabaseStream, manifest.FilesStream, manifest.DetailsStream}, s.Name) {
		return "", fmt.Errorf("there is no stream %.50q", s.Name)
	}
	suffix := manifest.StreamSuffix(s.Name)
	filters := strings.Join(s.Filters, "+")
	for _, known := range []struct{ filters, suffix string }{
		{"", ""},
		{"zstd", ".zst"},
		{"gzip", ".gz"},
		{"age", ".age"},
		{"gpg", ".gpg"},
		{"zstd+age", ".zst.age"},
		{"zstd+gpg", ".zst.gpg"},
		{"gzip+age", ".gz.age"},
		{"gzip+gpg", ".gz.gpg"},
	} {
		if known.filters == filters {
			return suffix + known.suffix, nil
		}
	}
	return "", fmt.Errorf("the filters of stream %s are unknown: %.100q", s.Name, filters)
}

func checkSums(o manifest.Object) error {
	sha, err := hex.DecodeString(o.SHA256)
	crc, err2 := base64.StdEncoding.DecodeString(o.CRC64NVME)
	if err != nil || err2 != nil || len(sha) != 32 || len(crc) != 8 || o.Bytes < 0 {
		return fmt.Errorf("it has no length and checksums of %s", o.Name)
	}
	return nil
}

// compare says which object of a run's manifest is missing in the store, or differs there.
func compare(run *Run) string {
	for _, o := range run.Manifest.Objects {
		stored, ok := run.Objects[strings.TrimPrefix(o.Name, run.Name)]
		switch {
		case !ok:
			return fmt.Sprintf("%s is missing", o.Name)
		case stored.Bytes != o.Bytes:
			return fmt.Sprintf("%s has %d bytes instead of %d", o.Name, stored.Bytes, o.Bytes)
		}
	}
	return ""
}
