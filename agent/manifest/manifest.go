// Package manifest defines the records of a run: the manifest and the details that are stored
// with it, the names of its objects, and the report.
package manifest

import (
	"regexp"
	"sync"
	"time"
)

// Version is the version of the manifest, the details, the report and the state.
// Readers ignore fields they do not know, and refuse a higher version.
const Version = 1

// A Manifest is the last object of a run and its commit mark: objects without a
// manifest are not a backup. It is readable without the key, so it names nothing of
// the site's content.
type Manifest struct {
	Version   int       `json:"version"`
	Site      string    `json:"site"`
	Kind      Kind      `json:"kind"`
	Run       string    `json:"run"` // start and random characters, as in the objects' names
	Host      string    `json:"host"`
	Agent     string    `json:"agent"` // version of wp-oneway
	Started   time.Time `json:"started"`
	Finished  time.Time `json:"finished"`
	Previous  *Previous `json:"previous"`            // null for the first run that this host remembers
	WordPress string    `json:"wordpress,omitempty"` // version of the core
	Server    *Server   `json:"server,omitempty"`
	Seal      *Seal     `json:"seal"` // null if nothing is sealed
	Streams   []Stream  `json:"streams"`
	Objects   []Object  `json:"objects"`
	Counts    Counts    `json:"counts"`
	Complete  bool      `json:"complete"` // false if something of the site could not be read
}

// Release is the version of WordPress' core, "" if it is not known or is none: the site chose
// the text, which may become part of a command line.
func (m *Manifest) Release() string { return releaseText().FindString(m.WordPress) }

var releaseText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+(\.[0-9]+)*(-[A-Za-z0-9.]+)?$`) })

// Previous is the run before, as the host remembers it.
type Previous struct {
	Name           string `json:"name"` // RunName
	ManifestSHA256 string `json:"manifest_sha256"`
}

// Server is the database server.
type Server struct {
	Flavour string `json:"flavour"` // MySQL or MariaDB
	Version string `json:"version"`
}

// Seal is how the streams are sealed.
type Seal struct {
	Type       string   `json:"type"` // age or gpg
	Recipients []string `json:"recipients,omitempty"`
}

// A Stream is the database, the files or the details, before it was cut into objects.
type Stream struct {
	Name     string   `json:"name"`    // database, files or details
	Filters  []string `json:"filters"` // in the order in which they were applied
	RawBytes int64    `json:"raw_bytes"`
}

// An Object is one stored piece of a stream.
type Object struct {
	Name      string `json:"name"` // without the sink's prefix
	Stream    string `json:"stream"`
	Piece     int    `json:"piece"` // from 1; cat joins the pieces in this order
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	CRC64NVME string `json:"crc64nvme"` // base64, as S3 writes it
	ETag      string `json:"etag,omitempty"`
	VersionID string `json:"version_id,omitempty"`
	// Notes are the guarantees that this sink did not give.
	Notes []string `json:"notes,omitempty"`
}

// Counts says how much a run contains, and how much is missing.
type Counts struct {
	Tables     int   `json:"tables"`
	Rows       int64 `json:"rows"`
	Files      int64 `json:"files"`
	Excluded   int64 `json:"excluded"`
	Warnings   int   `json:"warnings"`
	Unreadable int   `json:"unreadable"`
}
