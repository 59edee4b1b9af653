package site

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// Identity identifies a site from run to run. It is the real path of the root. If
// the root is a release that a project's link "current" points to, it is the path of
// that link below the project's real path, because each release has another path. If
// one folder serves several hosts, the path of the host's configuration is added.
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

// currentOf returns the project that path is in, and the rest of path below the
// project's "current" or "releases/*". project is "" if path is in no project.
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

// Debian's package has one core for all sites and a configuration for each host. A
// default configuration for all other hosts is optional.
const (
	DebianCore    = "/usr/share/wordpress"
	DebianConfigs = "/etc/wordpress"
	debianDefault = "default"
)

// ServesHosts reports whether the folder at that real path serves several hosts. Each
// host is a site with a configuration that the administrator wrote.
func ServesHosts(root string) bool { return root == DebianCore }

// For returns the place of one host, if the folder serves several. Else it returns p.
func (p Place) For(host string) Place {
	if p.Path == DebianCore && host != "" {
		p.Name = debianName(host)
	}
	return p
}

// HostConfig returns the file in which the administrator configures host. Only the
// root of Debian's package has such files; they are found by the rules of its
// wp-config.php. It returns "" for every other root and if there is no such file.
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
