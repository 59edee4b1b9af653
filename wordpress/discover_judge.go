package wordpress

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// passedBy are folders that hold no site's root: WordPress' own and its content,
// what tools and mail keep, and copies that others made.
var passedBy = []string{
	"wp-admin", "wp-includes", "wp-content", "node_modules", "vendor",
	"mail", "Maildir", "logs", "log", "tmp", "cache", "backup", "backups", "lost+found",
}

// errTooMany says that a folder holds more than the search looks at.
var errTooMany = errors.New("holds too much to be searched to its end")

// list reads what a folder holds, as far as the search cares.
func (s *spot) list(most bounds) error {
	for {
		found, err := s.dir.ReadDir(batch)
		s.entries += len(found)
		for _, d := range found {
			switch name := d.Name(); {
			case d.IsDir():
				s.folders = append(s.folders, name)
			case name == "wp-config.php":
				s.config = true
			case name == "wp-settings.php":
				s.core = true
			case name == "wp-load.php":
				s.apart = s.apart || d.Type()&os.ModeSymlink != 0
			case name == "index.php":
				s.index = true
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
	return name[0] == '.' || name == s.claimed || slices.Contains(passedBy, name) ||
		name == "releases" && (slices.Contains(s.links, "current") || slices.Contains(s.folders, "current")) ||
		inKernel(join(s.path, name))
}

// hasContent reports whether an open folder is a site's content, under whatever name.
func hasContent(dir int) bool {
	return isFolder(dir, "plugins") && isFolder(dir, "themes")
}

// judge says whether a folder is a site's root, by the rules by which WordPress
// finds its configuration: it is the core's folder or one whose index.php loads
// the core, and the wp-config.php lies with the core, else one above if no other
// core lies there.
func (f *finder) judge(s *spot) {
	if s.core {
		config := ""
		switch {
		case s.config:
			config = join(s.path, "wp-config.php")
		case isFile(s.fd, "../wp-config.php") && !isFile(s.fd, "../wp-settings.php"):
			config = join(filepath.Dir(s.path), "wp-config.php")
		case s.apart:
			config = join(s.path, "wp-load.php")
		}
		f.add(s, s.path, config)
		return
	}
	if !s.index {
		return
	}
	name, link := s.loadedCore()
	if name == "" {
		return
	}
	s.claimed = name
	core, config := join(s.path, name), ""
	switch {
	case !link && isFile(s.fd, name+"/wp-config.php"):
		config = join(core, "wp-config.php")
	case s.config:
		config = join(s.path, "wp-config.php")
	case link:
		config = core
	}
	f.add(s, core, config)
}

// loadedCore is the folder right below whose core the index.php loads, or a link
// that it loads one by, which is not followed; else "".
func (s *spot) loadedCore() (name string, link bool) {
	const most = 4096
	text := ""
	loads := func(name string) bool {
		if text == "" {
			text = s.readIndex()
		}
		for _, before := range []string{"/", "'", `"`} {
			if strings.Contains(text, before+name+"/wp-blog-header.php") {
				return true
			}
		}
		return false
	}
	for _, name := range s.folders[:min(most, len(s.folders))] {
		if name[0] != '.' && isFile(s.fd, name+"/wp-settings.php") && loads(name) {
			return name, false
		}
	}
	for _, name := range s.links[:min(most/16, len(s.links))] {
		if name[0] != '.' && loads(name) {
			return name, true
		}
	}
	return "", false
}

// readIndex reads the beginning of the folder's index.php; " " if it cannot.
func (s *spot) readIndex() string {
	const most = 64 << 10
	file, err := openBelow(s.fd, "index.php", join(s.path, "index.php"), 0)
	if err != nil {
		return " "
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return " "
	}
	return string(text) + " "
}
