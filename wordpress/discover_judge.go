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

// isContent reports whether the folder is a site's content, under whatever name.
func (s *spot) isContent() bool {
	return slices.Contains(s.folders, "plugins") && slices.Contains(s.folders, "themes")
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
		}
		f.add(s, s.path, config)
		return
	}
	if !s.index {
		return
	}
	name := s.loadedCore()
	if name == "" {
		return
	}
	s.claimed = name
	core, config := join(s.path, name), ""
	switch {
	case isFile(s.fd, name+"/wp-config.php"):
		config = join(core, "wp-config.php")
	case s.config:
		config = join(s.path, "wp-config.php")
	}
	f.add(s, core, config)
}

// loadedCore is the folder right below whose core the index.php loads, or "".
func (s *spot) loadedCore() string {
	const most = 256
	text := ""
	for i, name := range s.folders {
		if i == most {
			break
		}
		if name[0] == '.' || !isFile(s.fd, name+"/wp-settings.php") {
			continue
		}
		if text == "" {
			text = s.readIndex()
		}
		if strings.Contains(text, "/"+name+"/wp-blog-header.php") || strings.Contains(text, `'`+name+"/wp-blog-header.php") || strings.Contains(text, `"`+name+"/wp-blog-header.php") {
			return name
		}
	}
	return ""
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
