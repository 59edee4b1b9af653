package manifest

import (
	"fmt"
	"io"
	"time"
)

// A Kind is what a backup contains.
type Kind string

// The kinds of backup.
const (
	Full  Kind = "full"  // database and files
	DB    Kind = "db"    // the database
	Files Kind = "files" // the files
)

// ParseKind returns the kind of that name.
func ParseKind(s string) (Kind, error) {
	switch k := Kind(s); k {
	case Full, DB, Files:
		return k, nil
	}
	return "", fmt.Errorf("kind %q: must be full, db or files", s)
}

// Has reports whether a backup of kind k contains the stream of that name.
func (k Kind) Has(stream string) bool {
	switch k {
	case DB:
		return stream == DatabaseStream
	case Files:
		return stream == FilesStream
	case Full:
	}
	return true
}

// The names of a run's streams.
const (
	DatabaseStream = "database"
	FilesStream    = "files"
	DetailsStream  = "details"
)

// StreamSuffix is the end of the names of a stream's objects, before the suffixes
// of the filters.
func StreamSuffix(stream string) string {
	switch stream {
	case DatabaseStream:
		return ".sql"
	case FilesStream:
		return ".tar"
	}
	return ".details.json"
}

// Suffix is the end of a manifest's name.
const Suffix = ".manifest.json"

// runTime is the format of a run's start in its name, in UTC.
const runTime = "2006-01-02_15-04-05Z"

// NewRunID returns the last part of a run's name: its start, and eight random
// characters. They are unpredictable, so an attacker with the credential cannot take the
// names of later runs in advance.
func NewRunID(start time.Time, random io.Reader) (string, error) {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	var chars [8]byte
	for i := range chars {
		for {
			if _, err := io.ReadFull(random, chars[i:i+1]); err != nil {
				return "", fmt.Errorf("read random bytes for the run's name: %w", err)
			}
			// 252 is the largest multiple of 36 in a byte. Higher bytes would make some characters more likely.
			if chars[i] < 252 {
				chars[i] = alphabet[chars[i]%36]
				break
			}
		}
	}
	return start.UTC().Format(runTime) + "-" + string(chars[:]), nil
}

// RunName returns the name of a run in every sink. The names of its objects are
// this name and a suffix. The folders are those of the shell scripts
// (github.com/pothi/backup-wordpress), so that the lifecycle rules of a bucket go on
// working.
func RunName(site string, kind Kind, noUploads bool, id string) string {
	folder, label := string(kind)+"-backups", string(kind)
	if noUploads && kind != DB {
		folder += "-without-uploads"
		label = "no_uploads"
		if kind == Full {
			label = "full-no_uploads"
		}
	}
	return site + "/" + folder + "/" + site + "-" + label + "-" + id
}
