package site

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A layout is how a host or a tool lays sites out. Its pattern is matched with
// the beginning of a site's path where it begins with "/", with that of the part
// below the user's home where it begins with "~/", else with the components
// nearest to the path's end. Of its components "*" is any and "{…}" any, which is
// kept; "{user}" is also the last component of the user's home. What lies below
// is a site of its own, called by the folders on the way, too, joined by "-".
type layout struct {
	name    string
	pattern string
	site    string // the site's name, made of what was kept
	project bool   // names of document roots below the pattern say nothing of the site
}

// layouts are tried in order; the first that matches counts. Of several sites
// below one account, the tenant's choice of a folder's name is kept apart from
// other tenants' by the account's name before it.
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

// Docroots are names of folders that say nothing of the site in them.
var Docroots = []string{"public", "public_html", "htdocs", "httpdocs", "html", "web", "www", "docroot", "webroot"}

// nobody are names of folders that say nothing of the sites below.
var nobody = []string{"www", "var", "srv", "home", "opt", "usr", "share", "lib", "nginx", "apache", "apache2", "tmp", "mnt", "data", "app"}

// Classic is the layout of a site that lies like none of the known.
const Classic = "classic"

// A match is what the text of a path says.
type match struct{ layout, name, project string }

// matchLayout finds the layout of an absolute path; home is its owner's, or "".
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

// meaningful are the components that say something of the site: not document
// roots, and not the core's folder in one.
func meaningful(parts []string) []string {
	var out []string
	for i, p := range parts {
		if !slices.Contains(Docroots, p) && (p != "wp" || i == 0 || len(out) > 0) {
			out = append(out, p)
		}
	}
	return out
}

// classicName is the folder's name or, in a document root, that of the folder
// around it, if that says anything, with the folders below.
func classicName(parts []string) string {
	n := len(parts)
	if n == 0 {
		return ""
	}
	for i := n - 1; i > 0; i-- {
		above := parts[i-1]
		if slices.Contains(Docroots, parts[i]) && !slices.Contains(Docroots, above) && !slices.Contains(nobody, above) {
			return strings.Join(append([]string{above}, parts[i+1:]...), "-")
		}
	}
	return parts[n-1]
}

// match matches the path's components; user are those of the user's home. rest
// is what is left of them.
func (l *layout) match(parts, user []string) (kept *strings.Replacer, rest []string, ok bool) {
	pattern := safefs.Components(l.pattern)
	switch l.pattern[0] {
	case '/':
		return matchAt(pattern, parts, nil)
	case '~':
		if len(user) == 0 || len(parts) < len(user) {
			return nil, nil, false
		}
		return matchAt(pattern[1:], parts[len(user):], []string{"{user}", user[len(user)-1]})
	}
	for i := len(parts) - len(pattern); i >= 0; i-- {
		if kept, rest, ok = matchAt(pattern, parts[i:], nil); ok {
			return kept, rest, true
		}
	}
	return nil, nil, false
}

func matchAt(pattern, parts, kept []string) (*strings.Replacer, []string, bool) {
	if len(parts) < len(pattern) {
		return nil, nil, false
	}
	for i, want := range pattern {
		switch {
		case want[0] == '{':
			kept = append(kept, want, parts[i])
		case want != "*" && want != parts[i]:
			return nil, nil, false
		}
	}
	return strings.NewReplacer(kept...), parts[len(pattern):], true
}

// projectOf is the folder above "current" or "releases/*", or "".
func projectOf(parts []string) string {
	for i := len(parts) - 1; i >= 2; i-- {
		if parts[i] == "current" || parts[i] == "releases" && i+1 < len(parts) {
			return "/" + filepath.Join(parts[:i]...)
		}
	}
	return ""
}
