package site

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// Identity is what a site is known by from run to run: the real path of its
// root or, where a project's link shows one release after the other as current,
// the link's path below the project's real one. Where one folder serves several
// hosts, the configuration of host's belongs to it.
func (p Place) Identity(root, host string) string {
	id := root
	if project, rest := currentOf(p.Path); project != "" {
		if real, err := safefs.RealPath(filepath.Join(project, "current", rest)); err == nil && real == root {
			if real, err := safefs.RealPath(project); err == nil {
				id = filepath.Join(real, "current", rest)
			}
		}
	}
	if config := HostConfig(root, host); config != "" {
		id += "\x00" + config
	}
	return id
}

// currentOf is the project that path lies in, and the path's part below its
// "current" or its "releases/*"; "" for a path in no project.
func currentOf(path string) (project, rest string) {
	parts := safefs.Components(path)
	if project = projectOf(parts); project == "" {
		return "", ""
	}
	parts = parts[len(safefs.Components(project)):]
	if parts[0] == "releases" {
		parts = parts[1:]
	}
	return project, filepath.Join(parts[1:]...)
}

// Debian's package has one core for all sites, and a configuration for each
// host; one for all others may be there too.
const (
	DebianCore    = "/usr/share/wordpress"
	DebianConfigs = "/etc/wordpress"
	debianDefault = "default"
)

// ServesHosts tells whether the folder of that real path serves several hosts,
// each a site of its own, by what the administrator says of each.
func ServesHosts(root string) bool { return root == DebianCore }

// For is the place of one host, where the folder serves several.
func (p Place) For(host string) Place {
	if p.Path == DebianCore && host != "" {
		p.Name = debianName(host)
	}
	return p
}

// HostConfig is the file of the administrator's that configures host, where
// that is not told by root alone: with Debian's package, by the rules of its
// wp-config.php. It is "" for every other root, and where there is none.
func HostConfig(root, host string) string {
	if root != DebianCore || host == "" {
		return ""
	}
	return debianConfig(DebianConfigs, host)
}

func debianConfig(dir, host string) string {
	host, _, _ = strings.Cut(host, ":")
	host = strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-':
			return r
		}
		return -1
	}, host))
	_, parent, dotted := strings.Cut(host, ".")
	if !dotted {
		parent = host
	}
	for _, name := range []string{host, parent, debianDefault} {
		file := dir + "/config-" + name + ".php"
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return ""
}

func debianName(host string) string {
	if host == debianDefault {
		return "wordpress"
	}
	return cleanName(host)
}

// Installed reports whether there is WordPress at the place, by the files that
// it has or had there: what looks like a site and is broken is one. An error says
// that it cannot be told.
func (p Place) Installed() (bool, error) {
	home, err := OpenHome(p.Home)
	if foreign := (*safefs.ForeignLinkError)(nil); safefs.Absent(err) || errors.As(err, &foreign) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer home.Close()
	var unsure error
	for _, name := range []string{ConfigFile, "wp-load.php", SettingsFile, "wp/wp-load.php", "wp-content"} {
		_, err := home.Lstat(filepath.Join(p.Path, name))
		switch {
		case err == nil:
			return true, nil
		case !safefs.Absent(err) && !errors.Is(err, safefs.ErrOutside):
			unsure = err
		}
	}
	return false, unsure
}
