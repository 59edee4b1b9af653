package find

import (
	"errors"
	"io"
	"os"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// errTooMany says that a folder holds more than the search looks at.
var errTooMany = errors.New("holds too much to be searched to its end")

// startFiles are looked at by name, and are no folders.
var startFiles = []string{site.FrontFile, site.LoadFile, site.SettingsFile, site.ConfigFile}

// listBatch is how many names of a folder are held at once.
const listBatch = 2048

// list reads what a folder holds, as far as the search cares.
func (s *spot) list(most bounds) error {
	for {
		found, err := s.dir.ReadDir(listBatch)
		s.entries += len(found)
		for _, d := range found {
			switch name := d.Name(); {
			case d.IsDir():
				s.folders = append(s.folders, name)
			case slices.Contains(startFiles, name):
			case d.Type()&os.ModeSymlink != 0 && len(s.links) < most.siblings:
				s.links = append(s.links, name)
			}
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(s.folders)
			return nil
		}
		if err != nil {
			return err
		}
		if len(s.folders) > most.siblings || s.entries > most.entries {
			slices.Sort(s.folders)
			return errTooMany
		}
	}
}

// passes reports whether a folder right below is not searched.
func (s *spot) passes(name string) bool {
	return site.SearchSkips(name) || name == s.core ||
		name == "releases" && (slices.Contains(s.links, "current") || slices.Contains(s.folders, "current")) ||
		safefs.InKernel(safefs.Join(s.path, name))
}

// judge records the folder if it is a site's root.
func (f *finder) judge(s *spot) {
	in, found := site.Detect(s.dir, s.path, func() (folders, links []string) { return s.folders, s.links })
	if found {
		s.core = in.CoreFolder
		f.add(s, in)
	}
}
