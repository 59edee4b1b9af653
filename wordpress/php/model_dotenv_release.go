package php

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A release is the version of a library; of one that is not told, all is 0.
type release struct{ major, minor int }

const phpdotenv = "vlucas/phpdotenv"

// vendorDirs is the model's slot of the vendor folders that files were included of.
const vendorDirs = "vendor.dirs"

// enterVendor remembers that a file of a vendor folder was included.
func (in *interp) enterVendor(file string) {
	in.st.set(in.slot('m', "vendor"), boolVal(true))
	if in.loadSlot(configSlot) == nil {
		in.storeSlot(configSlot, newArray()) // so that worlds that define something join with those that do not
	}
	dir := file[:strings.LastIndex(file, vendorDir)+len(vendorDir)-1]
	slot := in.slot('m', vendorDirs)
	old, known := in.st.get(slot).(strVal)
	if !known && in.st.get(slot) != nil {
		return // worlds differ
	}
	if !strings.Contains("\n"+string(old)+"\n", "\n"+dir+"\n") {
		in.st.set(slot, strVal(strings.TrimPrefix(string(old)+"\n"+dir, "\n")))
	}
}

// library is the release of a library that the included vendor folders have: of
// none if nothing there tells it. What tells it otherwise than in one way has the
// evaluation refused.
func (c *call) library(name string) (release, error) {
	dirs, known := c.in.st.get(c.in.slot('m', vendorDirs)).(strVal)
	if !known {
		return release{}, nil
	}
	var found release
	for dir := range strings.SplitSeq(string(dirs), "\n") {
		r, err := c.installed(dir, name)
		if err != nil {
			return release{}, err
		}
		if r != found && r != (release{}) && found != (release{}) {
			return release{}, c.in.refuse(Undecidable, c.pos, "two releases of %s may be loaded", name)
		}
		if r != (release{}) {
			found = r
		}
	}
	return found, nil
}

// installed is what a vendor folder says of a library: composer's list of what it
// installed, else its lock.
func (c *call) installed(vendor, name string) (release, error) {
	key := vendor + "\n" + name
	if r, ok := c.in.releases[key]; ok {
		return r, nil
	}
	var found release
	for _, file := range []string{vendor + "/composer/installed.json", path.Dir(vendor) + "/composer.lock"} {
		if err := c.steps(32); err != nil {
			return found, err
		}
		text, err := c.in.opt.Files.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return found, c.in.refuse(Undecidable, c.pos, "which release of %s is loaded cannot be known: %s cannot be read", name, file)
		}
		if err := c.alloc(48 * len(text)); err != nil {
			return found, err
		}
		version, ok := composerVersion(text, name)
		if !ok {
			return found, c.in.refuse(Undecidable, c.pos, "which release of %s is loaded cannot be known: %s does not tell", name, file)
		}
		if version == "" {
			continue
		}
		if found, ok = parseRelease(version); !ok {
			return found, c.in.refuse(Undecidable, c.pos, "which release of %s is loaded cannot be known: %s names none", name, file)
		}
		break
	}
	if c.in.releases == nil {
		c.in.releases = map[string]release{}
	}
	c.in.releases[key] = found
	return found, nil
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
func parseRelease(version string) (release, bool) {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	major, err := strconv.Atoi(parts[0])
	if err != nil || major < 1 || len(parts) < 2 {
		return release{}, false
	}
	minor, err := strconv.Atoi(parts[1])
	return release{major, minor}, err == nil
}
