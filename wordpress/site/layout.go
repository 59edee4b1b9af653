package site

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A layout describes where a host or a tool puts sites. A pattern that begins with "/"
// is matched with the beginning of a site's path. One that begins with "~/" is matched
// with the beginning of the part below the user's home. Any other is matched with the
// components nearest to the end of the path. The component "*" matches any component,
// "{…}" too, and its text is kept for the name. "{user}" is the last component of the
// user's home. A folder below the pattern is a site of its own; the names of the folders
// down to it are appended to the site's name, joined by "-".
type layout struct {
	name    string
	pattern string
	site    string // the site's name, with the kept texts
	project bool   // names of document roots below the pattern are left out of the site's name
}

// layouts are tried in order; the first match counts. If an account can have several
// sites, the name of the account comes before the folder's name, which the tenant
// chooses. Sites of different tenants therefore get different names.
var layouts = [...]layout{
	{name: "plesk", pattern: "/var/www/vhosts/{site}/httpdocs", site: "{site}"},
	{name: "plesk", pattern: "/var/www/vhosts/{main}/subdomains/{sub}/httpdocs", site: "{sub}.{main}"},
	{name: "plesk", pattern: "/var/www/vhosts/*/{site}", site: "{site}", project: true},
	{name: "easyengine", pattern: "/opt/easyengine/sites/{site}/app/htdocs", site: "{site}", project: true},
	{name: "spinupwp", pattern: "/sites/{site}/files", site: "{site}", project: true},
	{name: "ispconfig", pattern: "/var/www/clients/{client}/{web}/web", site: "{client}-{web}"},
	{name: "wordops", pattern: "/var/www/{site}/htdocs", site: "{site}", project: true},
	{name: "trellis", pattern: "/srv/www/{site}/current", site: "{site}", project: true},
	{name: "trellis", pattern: "/srv/www/{site}/releases/*", site: "{site}", project: true},
	{name: "serverpilot", pattern: "/srv/users/*/apps/{site}", site: "{site}", project: true},
	{name: "aapanel", pattern: "/www/wwwroot/{site}", site: "{site}", project: true},
	{name: "kinsta", pattern: "/www/{site}/public", site: "{site}"},
	{name: "wpengine", pattern: "/nas/content/live/{site}", site: "{site}"},
	{name: "bitnami", pattern: "/opt/bitnami/wordpress", site: "wordpress"},
	{name: "bitnami", pattern: "/opt/bitnami/apps/{site}/htdocs", site: "{site}"},
	{name: "bitnami", pattern: "/bitnami/wordpress", site: "wordpress"},
	{name: "debian", pattern: "/usr/share/wordpress", site: "wordpress"},
	{name: "sites", pattern: "sites/{site}/public", site: "{site}"},
	{name: "runcloud", pattern: "~/webapps/{site}", site: "{site}", project: true},
	{name: "cloudpanel", pattern: "~/htdocs/{site}", site: "{site}", project: true},
	{name: "hestia", pattern: "~/web/{site}/public_html", site: "{site}"},
	{name: "hestia", pattern: "~/web/{site}/public_shtml", site: "{site}"},
	{name: "directadmin", pattern: "~/domains/{site}/public_html", site: "{site}"},
	{name: "directadmin", pattern: "~/domains/{site}/private_html", site: "{site}"},
	{name: "cpanel", pattern: "~/public_html", site: "{user}"},
	{name: "localwp", pattern: "{site}/app/public", site: "{site}"},
	{name: "cloudways", pattern: "applications/{site}/public_html", site: "{site}"},
	{name: "deploy", pattern: "{site}/current", site: "{site}", project: true},
	{name: "deploy", pattern: "{site}/releases/*", site: "{site}", project: true},
	{name: "forge", pattern: "/home/forge/{site}", site: "{site}", project: true},
}

// Docroots are common names of document roots. They do not identify a site.
var Docroots = []string{"public", "public_html", "htdocs", "httpdocs", "html", "web", "www", "docroot", "webroot"}

// systemNames are common names of system folders. They do not identify a site.
var systemNames = []string{"www", "var", "srv", "home", "opt", "usr", "share", "lib", "nginx", "apache", "apache2", "tmp", "mnt", "data", "app"}

// Classic is the layout of a site that no known layout matches.
const Classic = "classic"

// A match is the result of matching a path with the layouts.
type match struct{ layout, name, project string }

// matchLayout finds the layout of an absolute path. home is its owner's home, or "".
func matchLayout(path, home string) match {
	parts := safefs.Components(path)
	user := safefs.Components(home)
	if home == "" && len(parts) > 2 && strings.HasPrefix(parts[0], "home") {
		user = parts[:2]
	}
	m := match{layout: Classic, project: projectOf(parts)}
	for _, l := range layouts {
		kept, rest, ok := l.match(parts, user)
		if !ok {
			continue
		}
		m.layout = l.name
		m.name = kept.Replace(l.site)
		if l.project {
			rest = meaningful(rest)
		}
		if len(rest) > 0 {
			m.name += "-" + strings.Join(rest, "-")
		}
		return m
	}
	m.name = classicName(parts)
	return m
}

// meaningful returns the components that identify the site. It leaves out document
// roots, and the core's folder "wp" in one.
func meaningful(parts []string) []string {
	var out []string
	for i, p := range parts {
		if !slices.Contains(Docroots, p) && (p != "wp" || i == 0 || len(out) > 0) {
			out = append(out, p)
		}
	}
	return out
}

// classicName returns the name of the folder. In a document root it returns the name of
// the folder that contains the document root, unless that is a common name too, joined
// with the names of the folders below the document root.
func classicName(parts []string) string {
	n := len(parts)
	if n == 0 {
		return ""
	}
	for i := n - 1; i > 0; i-- {
		above := parts[i-1]
		if slices.Contains(Docroots, parts[i]) && !slices.Contains(Docroots, above) && !slices.Contains(systemNames, above) {
			return strings.Join(append([]string{above}, parts[i+1:]...), "-")
		}
	}
	return parts[n-1]
}

// match matches the components of a path. user are the components of the user's home.
// rest are the components after the match.
func (l *layout) match(parts, user []string) (kept *strings.Replacer, rest []string, ok bool) {
	switch l.pattern[0] {
	case '/':
		return matchAt(l.pattern[1:], parts, nil)
	case '~':
		if len(user) == 0 || len(parts) < len(user) {
			return nil, nil, false
		}
		return matchAt(l.pattern[2:], parts[len(user):], []string{"{user}", user[len(user)-1]})
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if kept, rest, ok = matchAt(l.pattern, parts[i:], nil); ok {
			return kept, rest, true
		}
	}
	return nil, nil, false
}

// matchAt matches the components of a relative pattern with the first of parts.
func matchAt(pattern string, parts, kept []string) (*strings.Replacer, []string, bool) {
	for want := range strings.SplitSeq(pattern, "/") {
		switch {
		case len(parts) == 0:
			return nil, nil, false
		case want[0] == '{':
			kept = append(kept, want, parts[0])
		case want != "*" && want != parts[0]:
			return nil, nil, false
		}
		parts = parts[1:]
	}
	return strings.NewReplacer(kept...), parts, true
}

// projectOf returns the folder above "current" or "releases/*", or "".
func projectOf(parts []string) string {
	for i := len(parts) - 1; i >= 2; i-- {
		if parts[i] == "current" || parts[i] == "releases" && i+1 < len(parts) {
			return "/" + filepath.Join(parts[:i]...)
		}
	}
	return ""
}
