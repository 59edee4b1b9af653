package agent

import (
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// formatVersion is the version of the manifest, the details and the report.
// Readers ignore fields they do not know and refuse a higher version.
const formatVersion = 1

// A Manifest is a run's last object and its commit mark: objects without one are
// no backup. It is readable without the key, so it names nothing of the site's
// content.
type Manifest struct {
	Version   int              `json:"version"`
	Site      string           `json:"site"`
	Kind      Kind             `json:"kind"`
	Run       string           `json:"run"` // start and random characters, as in the objects' names
	Host      string           `json:"host"`
	Agent     string           `json:"agent"` // the version that wrote it
	Started   time.Time        `json:"started"`
	Finished  time.Time        `json:"finished"`
	Previous  *Previous        `json:"previous"`            // null for the first run this host remembers
	WordPress string           `json:"wordpress,omitempty"` // version of the core
	Server    *Server          `json:"server,omitempty"`
	Seal      *Seal            `json:"seal"` // null when nothing is sealed
	Streams   []ManifestStream `json:"streams"`
	Objects   []ManifestObject `json:"objects"`
	Counts    Counts           `json:"counts"`
	Complete  bool             `json:"complete"` // false when something the site has could not be read
}

// Previous is the run before, by the host's own state.
type Previous struct {
	Name           string `json:"name"` // with folders, without prefix and .manifest.json
	ManifestSHA256 string `json:"manifest_sha256"`
}

// Server is the database server.
type Server struct {
	Flavour string `json:"flavour"`
	Version string `json:"version"`
}

// Seal says to whom the streams are sealed.
type Seal struct {
	Type       string   `json:"type"` // age or gpg
	Recipients []string `json:"recipients,omitempty"`
}

// A ManifestStream is the database or the files, before they were cut into objects.
type ManifestStream struct {
	Name      string   `json:"name"`    // database, files or details
	Filters   []string `json:"filters"` // in the order they were applied
	RawBytes  int64    `json:"raw_bytes"`
	RawSHA256 string   `json:"raw_sha256,omitempty"` // absent when sealed: it would tell whether a known plaintext is inside
}

// A ManifestObject is one stored piece of a stream.
type ManifestObject struct {
	Name      string `json:"name"` // without the sink's prefix
	Stream    string `json:"stream"`
	Piece     int    `json:"piece"` // from 1; cat joins them in this order
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	CRC64NVME string `json:"crc64nvme"` // base64, as S3 writes it
	ETag      string `json:"etag,omitempty"`
	VersionID string `json:"version_id,omitempty"`
	// Notes are the guarantees this sink did not give.
	Notes []string `json:"notes,omitempty"`
}

// Counts tells how much a run holds, and how much it does not.
type Counts struct {
	Tables     int   `json:"tables"`
	Rows       int64 `json:"rows"`
	Files      int64 `json:"files"`
	Excluded   int64 `json:"excluded"`
	Warnings   int   `json:"warnings"`
	Unreadable int   `json:"unreadable"`
}

// Details is what a manifest must not tell to who has no key: the names. It goes
// through the same filters as the streams.
type Details struct {
	Version     int                 `json:"version"`
	Base        string              `json:"base,omitempty"` // the folder that entry names of the files are relative to
	Root        string              `json:"root"`
	Layout      string              `json:"layout"`
	Multisite   bool                `json:"multisite"`
	TablePrefix string              `json:"table_prefix"`
	ContentDir  string              `json:"content_dir,omitempty"`
	PluginDir   string              `json:"plugin_dir,omitempty"`
	UploadsDir  string              `json:"uploads_dir,omitempty"`
	SiteURL     string              `json:"site_url,omitempty"`
	ConfigFiles []string            `json:"config_files"`
	Tables      []Table             `json:"tables,omitempty"`
	Dump        *dump.Options       `json:"dump,omitempty"` // what was left out of the database, or changed, on request
	Excludes    []files.ExcludeHits `json:"excludes,omitempty"`
	Warnings    wordpress.Notes     `json:"warnings"`
	Unreadable  wordpress.Notes     `json:"unreadable"`
	Privileges  wordpress.Notes     `json:"privileges"` // what the database account could not see or read
}

// A Table is one table of the dump.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}
