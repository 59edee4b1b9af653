package agent

import (
	"fmt"
	"io"
	"time"
)

// A Kind says what a backup holds.
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

// has tells whether a backup of kind k holds the stream of that name.
func (k Kind) has(stream string) bool {
	switch k {
	case DB:
		return stream == databaseStream
	case Files:
		return stream == filesStream
	case Full:
	}
	return true
}

// The names of a run's streams, and what their objects' names end in before the filters' suffixes.
const (
	databaseStream = "database"
	filesStream    = "files"
	detailsStream  = "details"
)

var streamSuffix = map[string]string{
	databaseStream: ".sql",
	filesStream:    ".tar",
	detailsStream:  ".details.json",
}

const manifestSuffix = ".manifest.json"

// runTime is how a run's start stands in its name, in UTC.
const runTime = "2006-01-02_15-04-05Z"

// runID makes the last part of a run's name: its start, and eight random
// characters so that nobody who holds the credential can take tomorrow's names.
func runID(start time.Time, random io.Reader) (string, error) {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	var chars [8]byte
	for i := range chars {
		for {
			if _, err := io.ReadFull(random, chars[i:i+1]); err != nil {
				return "", fmt.Errorf("read randomness for a run's name: %w", err)
			}
			// 252 is the largest multiple of 36 in a byte: above it, some characters would be likelier.
			if chars[i] < 252 {
				chars[i] = alphabet[chars[i]%36]
				break
			}
		}
	}
	return start.UTC().Format(runTime) + "-" + string(chars[:]), nil
}

// runName is a run's name in every sink: its objects are called that, plus a
// suffix. The folders are those of the shell scripts, so that a bucket's
// lifecycle rules go on working.
func runName(site string, kind Kind, noUploads bool, id string) string {
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
