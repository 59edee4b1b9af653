package manifest

import (
	"fmt"
	"io"
	"strings"
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
	label := runLabel(kind, noUploads)
	return site + "/" + runFolder(label) + "/" + site + "-" + label + "-" + id
}

// labels are the middle parts of the names of runs.
func labels() []string { return []string{"db", "files", "full", "no_uploads", "full-no_uploads"} }

func runLabel(kind Kind, noUploads bool) string {
	switch {
	case !noUploads || kind == DB:
		return string(kind)
	case kind == Full:
		return "full-no_uploads"
	}
	return "no_uploads"
}

// runFolder is the folder of the runs with that label.
func runFolder(label string) string {
	switch label {
	case "no_uploads":
		return "files-backups-without-uploads"
	case "full-no_uploads":
		return "full-backups-without-uploads"
	}
	return label + "-backups"
}

// RunFolders are the folders of a site that hold runs, one for each label.
func RunFolders() []string {
	folders := labels()
	for i, label := range folders {
		folders[i] = runFolder(label)
	}
	return folders
}

// A RunParts is the information in the name of a run.
type RunParts struct {
	Site      string
	Kind      Kind
	NoUploads bool
	ID        string    // start and random characters
	Start     time.Time // in UTC, to the second
}

// lowerCase are the letters and digits of names.
const lowerCase = "abcdefghijklmnopqrstuvwxyz0123456789"

// validSite tells whether a name can be a site's: lower case, digits, and inside also . _ and -.
func validSite(name string) bool {
	return name != "" && len(name) <= 100 && strings.Trim(name, lowerCase+"._-") == "" && strings.ContainsRune(lowerCase, rune(name[0]))
}

// parseRunID returns the start in an ID.
func parseRunID(id string) (time.Time, bool) {
	const length = len(runTime) + 1 + 8
	if len(id) != length || id[len(runTime)] != '-' || strings.Trim(id[len(runTime)+1:], lowerCase) != "" {
		return time.Time{}, false
	}
	start, err := time.Parse(runTime, id[:len(runTime)])
	return start, err == nil
}

// ParseRunName reads a name that RunName returned. false means that it is not the name of
// a run: its folder, site or ID is another.
func ParseRunName(name string) (RunParts, bool) {
	site, rest, _ := strings.Cut(name, "/")
	folder, base, _ := strings.Cut(rest, "/")
	for _, label := range labels() {
		id, ok := strings.CutPrefix(base, site+"-"+label+"-")
		start, valid := parseRunID(id)
		if folder != runFolder(label) || !ok || !valid || !validSite(site) {
			continue
		}
		kind, noUploads := Kind(label), strings.HasSuffix(label, "no_uploads")
		switch label {
		case "no_uploads":
			kind = Files
		case "full-no_uploads":
			kind = Full
		}
		return RunParts{Site: site, Kind: kind, NoUploads: noUploads, ID: id, Start: start}, true
	}
	return RunParts{}, false
}

// RunOf returns the name of the run that an object belongs to, and the rest of the
// object's name, such as ".sql.zst". false means that no run has an object of that name.
func RunOf(object string) (run, suffix string, ok bool) {
	base := object[strings.LastIndexByte(object, '/')+1:]
	folder := object[:len(object)-len(base)]
	for i := range len(base) {
		if base[i] != '.' {
			continue
		}
		if _, ok := ParseRunName(folder + base[:i]); ok { // the site's name may contain dots
			return folder + base[:i], base[i:], true
		}
	}
	return "", "", false
}
