package wordpress

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// knownRoots are the folders that hosts are known to keep sites in, and the
// homes of this machine's users.
func knownRoots() []string {
	roots := []string{
		"/home/*", "/home[0-9]/*", "/usr/home/*", // cPanel, DirectAdmin, RunCloud, Hestia, CloudPanel …
		"/var/www", "/var/www/vhosts", "/var/www/clients", // WordOps, Plesk, ISPConfig
		"/srv", "/srv/www", "/srv/http", // Trellis
		"/sites",                                       // SpinupWP
		"/opt/easyengine/sites",                        // EasyEngine
		"/opt/bitnami/wordpress", "/bitnami/wordpress", // Bitnami
		"/nas/content/live",                                     // WP Engine
		"/www", "/web", "/app", "/data/www", "/usr/share/nginx", // images, and hosts of their own kind
		debianCore,
	}
	for _, dirs := range systemHomes().dirs {
		for _, dir := range dirs {
			if !shared(dir) || dir == "/root" {
				roots = append(roots, dir)
			}
		}
	}
	if dir, err := os.UserHomeDir(); err == nil && filepath.IsAbs(dir) {
		roots = append(roots, dir)
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// Debian's package has one core for all sites, and a configuration for each host.
const (
	debianCore    = "/usr/share/wordpress"
	debianConfigs = "/etc/wordpress"
)

// debian splits the site of Debian's package into one for each host that has a
// configuration; the administrator names those files.
func (f *finder) debian(configs string) {
	found, err := os.ReadDir(configs)
	if err != nil {
		return
	}
	i := slices.IndexFunc(f.out.Sites, func(s Found) bool { return s.Path == debianCore })
	if i < 0 {
		return
	}
	site := f.out.Sites[i]
	var hosts []Found
	for _, d := range found {
		host, named := strings.CutPrefix(d.Name(), "config-")
		host, php := strings.CutSuffix(host, ".php")
		if !named || !php || host == "default" {
			continue
		}
		site.HTTPHost, site.Name = host, cleanName(host)
		hosts = append(hosts, site)
	}
	if len(hosts) > 0 {
		f.out.Sites = append(slices.Delete(f.out.Sites, i, i+1), hosts...)
	}
}
