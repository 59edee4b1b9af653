package find

import (
	"errors"
	"io"
	"os"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// errTooMany is the error about a folder that holds more entries than the search reads.
var errTooMany = errors.New("holds too many entries; it was not searched completely")

// startFiles are checked by name. A link with such a name is not a link to a folder.
var startFiles = []string{site.FrontFile, site.LoadFile, site.SettingsFile, site.ConfigFile}

// listBatch is the number of entries read at once.
const listBatch = 2048

// list reads the names of the subfolders and of the links.
func (s *searched) list(l limits) error {
	for {
		found, err := s.dir.ReadDir(listBatch)
		s.entries += len(found)
		for _, d := range found {
			switch name := d.Name(); {
			case d.IsDir():
				s.folders = append(s.folders, name)
			case slices.Contains(startFiles, name):
			case d.Type()&os.ModeSymlink != 0 && len(s.links) < l.siblings:
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
		if len(s.folders) > l.siblings || s.entries > l.entries {
			slices.Sort(s.folders)
			return errTooMany
		}
	}
}

// skips reports whether a subfolder is not searched.
func (s *searched) skips(name string) bool {
	return site.SearchSkips(name) || name == s.core ||
		name == "releases" && (slices.Contains(s.links, "current") || slices.Contains(s.folders, "current")) ||
		safefs.InKernel(safefs.Join(s.path, name))
}

// judge adds the folder to the result if it is a site's root.
func (f *finder) judge(s *searched) {
	in, found := site.Detect(s.dir, s.path, func() (folders, links []string) { return s.folders, s.links })
	if found {
		s.core = in.CoreFolder
		f.add(s, in)
	}
}
