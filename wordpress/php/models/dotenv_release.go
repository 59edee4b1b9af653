package models

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// A Release is the version of a library. The zero value means that it is not known.
type Release struct{ Major, Minor int }

const phpdotenv = "vlucas/phpdotenv"

// libraryRelease returns the release of phpdotenv in the included vendor folders; the
// zero value if nothing there says it. It panics with a refusal if two folders have
// different releases, or a file cannot be read or understood.
func libraryRelease(c *eval.Call) Release {
	dirs, known := c.Load(eval.VendorDirs).(eval.String)
	if !known {
		return Release{}
	}
	var found Release
	for dir := range strings.SplitSeq(string(dirs), "\n") {
		r := installedRelease(c, dir)
		if r != found && r != (Release{}) && found != (Release{}) {
			panic(c.Refuse(eval.Undecidable, "find the release of %s: two vendor folders contain different releases", phpdotenv))
		}
		if r != (Release{}) {
			found = r
		}
	}
	return found
}

// installedRelease returns the release that a vendor folder has, from Composer's list of
// installed packages, else from its lock file.
func installedRelease(c *eval.Call, vendor string) Release {
	if r, ok := c.Memo()[vendor].(Release); ok {
		return r
	}
	var found Release
	for _, file := range []string{vendor + "/composer/installed.json", path.Dir(vendor) + "/composer.lock"} {
		c.Steps(32)
		text, err := c.Files().ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			panic(c.Refuse(eval.Undecidable, "find the release of %s: %s cannot be read", phpdotenv, file))
		}
		c.Alloc(48 * len(text))
		version, ok := composerVersion(text, phpdotenv)
		if !ok {
			panic(c.Refuse(eval.Undecidable, "find the release of %s: %s cannot be parsed, or has no version for it", phpdotenv, file))
		}
		if version == "" {
			continue
		}
		if found, ok = parseRelease(version); !ok {
			panic(c.Refuse(eval.Undecidable, "find the release of %s: its version in %s has no number", phpdotenv, file))
		}
		break
	}
	c.Memo()[vendor] = found
	return found
}

type composerPackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// composerVersion returns a package's version from Composer's installed.json, in either
// format, or from its lock file; "" if the package is not listed. ok is false if the text
// cannot be understood.
func composerVersion(text []byte, name string) (version string, ok bool) {
	var list []composerPackage
	if json.Unmarshal(text, &list) != nil {
		var all struct {
			Packages []composerPackage `json:"packages"`
			Dev      []composerPackage `json:"packages-dev"`
		}
		if json.Unmarshal(text, &all) != nil {
			return "", false
		}
		list = append(all.Packages, all.Dev...)
	}
	for _, p := range list {
		if p.Name == name {
			return p.Version, p.Version != ""
		}
	}
	return "", true
}

// parseRelease parses a version such as "v5.4.1" or "2.6.x-dev".
func parseRelease(version string) (Release, bool) {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	major, err := strconv.Atoi(parts[0])
	if err != nil || major < 1 || len(parts) < 2 {
		return Release{}, false
	}
	minor, err := strconv.Atoi(parts[1])
	return Release{major, minor}, err == nil
}
