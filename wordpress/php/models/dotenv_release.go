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

// A Release is the version of a library; of one that is not told, all is 0.
type Release struct{ Major, Minor int }

const phpdotenv = "vlucas/phpdotenv"

// libraryRelease is the release of a library that the included vendor folders have: of
// none if nothing there tells it. What tells it otherwise than in one way has the
// evaluation refused.
func libraryRelease(c *eval.Call) Release {
	dirs, known := c.Load(eval.VendorDirs).(eval.String)
	if !known {
		return Release{}
	}
	var found Release
	for dir := range strings.SplitSeq(string(dirs), "\n") {
		r := installedRelease(c, dir)
		if r != found && r != (Release{}) && found != (Release{}) {
			panic(c.Refuse(eval.Undecidable, "two releases of %s may be loaded", phpdotenv))
		}
		if r != (Release{}) {
			found = r
		}
	}
	return found
}

// installedRelease is what a vendor folder says of a library: composer's list of what it
// installed, else its lock.
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
			panic(c.Refuse(eval.Undecidable, "which release of %s is loaded cannot be known: %s cannot be read", phpdotenv, file))
		}
		c.Alloc(48 * len(text))
		version, ok := composerVersion(text, phpdotenv)
		if !ok {
			panic(c.Refuse(eval.Undecidable, "which release of %s is loaded cannot be known: %s does not tell", phpdotenv, file))
		}
		if version == "" {
			continue
		}
		if found, ok = parseRelease(version); !ok {
			panic(c.Refuse(eval.Undecidable, "which release of %s is loaded cannot be known: %s names none", phpdotenv, file))
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

// composerVersion finds a package's version in composer's installed.json, of
// either form, or its lock; "" if it is not there.
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

// parseRelease reads "v5.4.1" and "2.6.x-dev".
func parseRelease(version string) (Release, bool) {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	major, err := strconv.Atoi(parts[0])
	if err != nil || major < 1 || len(parts) < 2 {
		return Release{}, false
	}
	minor, err := strconv.Atoi(parts[1])
	return Release{major, minor}, err == nil
}
