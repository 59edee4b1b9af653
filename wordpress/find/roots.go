package find

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// knownRoots returns the folders in which hosts usually keep sites, and the homes of
// this machine's users.
func knownRoots() []string {
	roots := []string{
		"/home/*", "/home[0-9]/*", "/usr/home/*", // cPanel, DirectAdmin, RunCloud, Hestia, CloudPanel …
		"/var/www", "/var/www/vhosts", "/var/www/clients", // WordOps, Plesk, ISPConfig
		"/srv", "/srv/www", "/srv/http", "/srv/users/*", // Trellis, ServerPilot
		"/sites",                                                            // SpinupWP
		"/opt/easyengine/sites",                                             // EasyEngine
		"/opt/bitnami/wordpress", "/opt/bitnami/apps", "/bitnami/wordpress", // Bitnami
		"/www/wwwroot", "/usr/local/lsws", "/var/customers/webs", // aaPanel, OpenLiteSpeed, Froxlor
		"/nas/content/live",                                     // WP Engine
		"/www", "/web", "/app", "/data/www", "/usr/share/nginx", // container images and other hosts
		site.DebianCore,
	}
	for _, dirs := range site.SystemHomes().Dirs {
		for _, dir := range dirs {
			if !site.Shared(dir) || dir == "/root" {
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

// expandRoots returns the folders that match the given roots, or else the known roots.
func (f *finder) expandRoots(ctx context.Context, roots []string) ([]string, error) {
	given := len(roots) > 0
	if !given {
		roots = knownRoots()
	}
	for _, root := range roots {
		abs, err := filepath.Abs(root)
		if err != nil {
			return nil, fmt.Errorf("search %q: %w", root, err)
		}
		found, notes, err := Expand(ctx, abs)
		if err != nil {
			return nil, fmt.Errorf("search %q: %w", root, err)
		}
		for _, note := range notes.Items {
			f.out.Unreadable.Add(note)
		}
		for _, dir := range found {
			if _, err := os.Stat(dir); given && errors.Is(err, fs.ErrNotExist) {
				f.out.Missing = append(f.out.Missing, dir)
				continue
			}
			f.roots[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(f.roots)), nil
}

// debian replaces the site of Debian's package by several sites: one for each host that has a
// configuration in the folder configs.
func (f *finder) debian(configs string) {
	i := slices.IndexFunc(f.out.Sites, func(s Site) bool { return s.Path == site.DebianCore })
	if i < 0 {
		return
	}
	found, err := os.ReadDir(configs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.unreadable(configs, err)
		return
	}
	site := f.out.Sites[i]
	var hosts []Site
	for _, d := range found {
		host, named := strings.CutPrefix(d.Name(), "config-")
		host, php := strings.CutSuffix(host, ".php")
		if !named || !php || host == "" {
			continue
		}
		site.HTTPHost, site.Place = host, site.For(host)
		hosts = append(hosts, site)
	}
	if len(hosts) == 0 {
		f.out.Sites[i].Config = "" // its wp-config.php only loads the configuration of a host
		return
	}
	f.out.Sites = append(slices.Delete(f.out.Sites, i, i+1), hosts...)
}
