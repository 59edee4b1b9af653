package site

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// An Installation is a folder that is the root of a WordPress site.
type Installation struct {
	Core       string // the folder of WordPress' own files
	CoreFolder string // the name of the core's folder, if it lies right below the root; else ""
	// Config is the wp-config.php; "" if there is none. If the core is reached
	// through a link and there is no wp-config.php beside that link, Config is the
	// link itself.
	Config string
}

// Detect reports whether the open folder dir is the root of a WordPress site. It
// follows the rules by which WordPress finds its configuration: the root is the
// core's folder or one whose index.php loads the core, and wp-config.php lies with
// the core or, unless another core lies there, in the folder above. path is the
// path of dir. list returns the names of the folders and of the links in dir; it
// is called only if index.php may load a core.
func Detect(dir *os.File, path string, list func() (folders, links []string)) (Installation, bool) {
	fd := int(dir.Fd())
	if isFile(fd, SettingsFile) {
		in := Installation{Core: path}
		switch {
		case isFile(fd, ConfigFile):
			in.Config = safefs.Join(path, ConfigFile)
		case isFile(fd, "../"+ConfigFile) && !isFile(fd, "../"+SettingsFile):
			in.Config = safefs.Join(filepath.Dir(path), ConfigFile)
		case isLink(fd, LoadFile):
			in.Config = safefs.Join(path, LoadFile)
		}
		return in, true
	}
	if !isFile(fd, FrontFile) {
		return Installation{}, false
	}
	folders, links := list()
	name, link := loadedCore(dir, path, folders, links)
	if name == "" {
		return Installation{}, false
	}
	in := Installation{Core: safefs.Join(path, name), CoreFolder: name}
	switch {
	case !link && isFile(fd, name+"/"+ConfigFile):
		in.Config = safefs.Join(in.Core, ConfigFile)
	case isFile(fd, ConfigFile):
		in.Config = safefs.Join(path, ConfigFile)
	case link:
		in.Config = in.Core
	}
	return in, true
}

// IsSite reports whether an open folder is the root of a WordPress site with a
// separate configuration.
func IsSite(dir *os.File) bool {
	if !isFile(int(dir.Fd()), ConfigFile) {
		return false
	}
	_, found := Detect(dir, dir.Name(), func() (folders, links []string) { return listNames(dir) })
	return found
}

// Installed reports whether there are files of a WordPress site at path. A broken site counts
// too. It returns an error if it cannot examine the folder.
func Installed(path string) (bool, error) {
	p, err := PlaceOf(path, SystemHomes().Of)
	if err != nil {
		return false, err
	}
	home, err := OpenHome(p.Home)
	if foreign := (*safefs.ForeignLinkError)(nil); safefs.Absent(err) || errors.As(err, &foreign) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer home.Close()
	var failed error
	for _, name := range []string{ConfigFile, LoadFile, SettingsFile, "wp/" + LoadFile, "wp-content"} {
		_, err := home.Lstat(filepath.Join(p.Path, name))
		switch {
		case err == nil:
			return true, nil
		case !safefs.Absent(err) && !errors.Is(err, safefs.ErrOutside):
			failed = err
		}
	}
	return false, failed
}

// maxNames bounds how many entries listNames reads.
const maxNames = 100_000

// listNames reads the names of the folders and of the links in dir.
func listNames(dir *os.File) (folders, links []string) {
	// A separate descriptor, so that a later reader of dir starts at its beginning.
	again, err := safefs.OpenBelow(dir, ".", dir.Name(), unix.O_DIRECTORY)
	if err != nil {
		return nil, nil
	}
	defer again.Close()
	for read := 0; read < maxNames; {
		found, err := again.ReadDir(1024)
		read += len(found)
		for _, d := range found {
			switch {
			case d.IsDir():
				folders = append(folders, d.Name())
			case d.Type()&os.ModeSymlink != 0:
				links = append(links, d.Name())
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			break
		}
	}
	slices.Sort(folders)
	return folders, links
}

// loadedCore returns the name of the folder or the link in dir from which index.php
// loads the core, or "". It does not follow links.
func loadedCore(dir *os.File, path string, folders, links []string) (name string, link bool) {
	const maxFolders, maxLinks = 4096, 256
	text := ""
	loads := func(name string) bool {
		if text == "" {
			text = readIndex(dir, path)
		}
		for _, before := range []string{"/", "'", `"`} {
			if strings.Contains(text, before+name+"/"+HeaderFile) {
				return true
			}
		}
		return false
	}
	for _, name := range folders[:min(maxFolders, len(folders))] {
		if name[0] != '.' && isFile(int(dir.Fd()), name+"/"+SettingsFile) && loads(name) {
			return name, false
		}
	}
	for _, name := range links[:min(maxLinks, len(links))] {
		if name[0] != '.' && loads(name) {
			return name, true
		}
	}
	return "", false
}

// readIndex reads the beginning of the folder's index.php. It returns " " on an error.
func readIndex(dir *os.File, path string) string {
	const maxIndex = 64 << 10
	file, err := safefs.OpenBelow(dir, FrontFile, safefs.Join(path, FrontFile), 0)
	if err != nil {
		return " "
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxIndex))
	if err != nil {
		return " "
	}
	return string(text) + " "
}

// isFile reports whether a folder holds a regular file or a link of that name. It
// opens neither.
func isFile(dir int, name string) bool {
	kind := kindAt(dir, name)
	return kind == unix.S_IFREG || kind == unix.S_IFLNK
}

// isLink reports whether a folder holds a link of that name.
func isLink(dir int, name string) bool { return kindAt(dir, name) == unix.S_IFLNK }

// kindAt returns the file type (S_IFMT) at a name, 0 if there is no file. A link in
// the last component is not followed.
func kindAt(dir int, name string) uint32 {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0
	}
	return st.Mode & unix.S_IFMT
}

// HasContent reports whether an open folder is a content folder: it has the folders
// plugins and themes.
func HasContent(dir *os.File) bool {
	fd := int(dir.Fd())
	return kindAt(fd, "plugins") == unix.S_IFDIR && kindAt(fd, "themes") == unix.S_IFDIR
}

// MaxInnerDepth is the number of levels below a site's root that a search goes
// through to find further sites.
const MaxInnerDepth = 3

// skipped are names of folders that a search does not enter: folders of WordPress,
// of tools and of mail servers, and backup copies.
var skipped = []string{
	"wp-admin", "wp-includes", "wp-content", "node_modules", "vendor",
	"mail", "Maildir", "logs", "log", "tmp", "cache", "backup", "backups", "lost+found",
}

// SearchSkips reports whether a search for sites does not enter folders of that name.
func SearchSkips(name string) bool { return name[0] == '.' || slices.Contains(skipped, name) }
