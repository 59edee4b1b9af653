package wordpress

import (
	"path/filepath"
	"slices"
	"strings"
)

// A layout is how a host or a tool lays sites out. Its pattern is matched with
// all of a site's path where it begins with "/", with the part below the user's
// home where it begins with "~/", else with the path's end. Of its components "*"
// is any, "x*" any that begins with x, "{…}" any, which is kept, and "{rest}" at
// the end all that follow, one or more, joined by "-". "{user}" is also the last
// component of the user's home.
type layout struct {
	name    string
	pattern string
	site    string // the site's name, made of what was kept
}

// layouts are tried in order; the first that matches counts. Of several sites
// below one account, the tenant's choice of a folder's name is kept apart from
// other tenants' by the account's name before it.
var layouts = [...]layout{
	{"plesk", "/var/www/vhosts/{site}/httpdocs", "{site}"},
	{"plesk", "/var/www/vhosts/{site}/httpdocs/{rest}", "{site}-{rest}"},
	{"plesk", "/var/www/vhosts/{main}/subdomains/{sub}/httpdocs", "{sub}.{main}"},
	{"plesk", "/var/www/vhosts/*/{site}", "{site}"},
	{"easyengine", "/opt/easyengine/sites/{site}/app/htdocs", "{site}"},
	{"easyengine", "/opt/easyengine/sites/{site}/app/htdocs/{rest}", "{site}-{rest}"},
	{"spinupwp", "/sites/{site}/files", "{site}"},
	{"spinupwp", "/sites/{site}/files/{rest}", "{site}"},
	{"ispconfig", "/var/www/clients/{client}/{web}/web", "{client}-{web}"},
	{"wordops", "/var/www/{site}/htdocs", "{site}"},
	{"trellis", "/srv/www/{site}/current/web", "{site}"},
	{"trellis", "/srv/www/{site}/releases/*/web", "{site}"},
	{"wpengine", "/nas/content/live/{site}", "{site}"},
	{"debian", "/usr/share/wordpress", "wordpress"},
	{"sites", "sites/{site}/public", "{site}"},
	{"runcloud", "~/webapps/{site}", "{site}"},
	{"runcloud", "~/webapps/{site}/public", "{site}"},
	{"cloudpanel", "~/htdocs/{site}", "{site}"},
	{"hestia", "~/web/{site}/public_html", "{site}"},
	{"directadmin", "~/domains/{site}/public_html", "{site}"},
	{"directadmin", "~/domains/{site}/private_html", "{site}"},
	{"directadmin", "~/domains/{site}/public_html/{rest}", "{site}-{rest}"},
	{"cpanel", "~/public_html", "{user}"},
	{"cpanel", "~/public_html/{rest}", "{user}-{rest}"},
	{"localwp", "{site}/app/public", "{site}"},
	{"cloudways", "applications/{site}/public_html", "{site}"},
	{"deploy", "{site}/current", "{site}"},
	{"deploy", "{site}/current/*", "{site}"},
	{"deploy", "{site}/current/*/*", "{site}"},
	{"deploy", "{site}/releases/*", "{site}"},
	{"deploy", "{site}/releases/*/*", "{site}"},
	{"deploy", "{site}/releases/*/*/*", "{site}"},
}

// docroots are names of folders that say nothing of the site in them.
var docroots = []string{"public", "public_html", "htdocs", "httpdocs", "html", "web", "www", "docroot", "webroot"}

// nobody are names of folders that say nothing of the sites below.
var nobody = []string{"www", "var", "srv", "home", "opt", "usr", "share", "lib", "nginx", "apache", "apache2", "tmp", "mnt", "data", "app"}

// classic is the layout of a site that lies like none of the known.
const classic = "classic"

// A match is what the text of a path says.
type match struct{ layout, name, project string }

// matchLayout finds the layout of an absolute path; home is its owner's, or "".
func matchLayout(path, home string) match {
	parts := components(path)
	user := components(home)
	if home == "" && len(parts) > 2 && strings.HasPrefix(parts[0], "home") {
		user = parts[:2]
	}
	m := match{layout: classic, project: projectOf(parts)}
	for _, l := range layouts {
		kept, ok := l.match(parts, user)
		if !ok {
			continue
		}
		m.layout = l.name
		m.name = kept.Replace(l.site)
		return m
	}
	if n := len(parts); n > 0 {
		m.name = parts[n-1]
		if n > 1 && slices.Contains(docroots, m.name) && !slices.Contains(docroots, parts[n-2]) && !slices.Contains(nobody, parts[n-2]) {
			m.name = parts[n-2]
		}
	}
	return m
}

// match matches the path's components; user are those of the user's home.
func (l *layout) match(parts, user []string) (*strings.Replacer, bool) {
	var kept []string
	pattern := components(l.pattern)
	switch {
	case l.pattern[0] == '~':
		if len(user) == 0 || len(parts) < len(user) {
			return nil, false
		}
		kept = append(kept, "{user}", user[len(user)-1])
		parts, pattern = parts[len(user):], pattern[1:]
	case l.pattern[0] != '/' && len(parts) > len(pattern):
		parts = parts[len(parts)-len(pattern):]
	}
	for i, want := range pattern {
		if len(parts) == 0 {
			return nil, false
		}
		if want == "{rest}" && i == len(pattern)-1 {
			kept = append(kept, want, strings.Join(parts, "-"))
			return strings.NewReplacer(kept...), true
		}
		got := parts[0]
		parts = parts[1:]
		prefix, star := strings.CutSuffix(want, "*")
		switch {
		case want[0] == '{':
			kept = append(kept, want, got)
		case star && strings.HasPrefix(got, prefix), want == got:
		default:
			return nil, false
		}
	}
	return strings.NewReplacer(kept...), len(parts) == 0
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
