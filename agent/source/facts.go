package source

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// Facts describes an open site before its parts are written.
type Facts struct {
	Root      string `json:"root"`
	Home      string `json:"home"`
	Core      string `json:"core"`      // folder of WordPress itself
	WordPress string `json:"wordpress"` // version
	// Config is the configuration, with the connection that is used. It has the
	// password only if the request asked for it.
	Config     config.Config    `json:"config"`
	Server     *manifest.Server `json:"server,omitempty"`
	TableNames []string         `json:"table_names,omitempty"`
	Endpoint   *mysql.Endpoint  `json:"endpoint,omitempty"` // of the database server, in mode Check
	// CheckErrors are the errors of parts that cannot be written, by the name of the
	// part; in mode Check.
	CheckErrors map[string]string `json:"check_errors,omitempty"`
}

// TruncateVersions shortens and escapes the version strings. They are written into
// the manifest, which is readable without the key, and the tenant or the tenant's
// database server may have chosen them.
func (f *Facts) TruncateVersions() {
	const limit = 100
	short := func(s string) string {
		s = wordpress.Printable(s)
		return strings.ToValidUTF8(s[:min(len(s), limit)], "")
	}
	f.WordPress = short(f.WordPress)
	if s := f.Server; s != nil {
		f.Server = &manifest.Server{Flavour: short(s.Flavour), Version: short(s.Version)}
	}
}

// truncate limits every string that a tenant may have written to a length that can be
// shown.
func (f *Facts) truncate() {
	c := &f.Config
	db := &c.DB
	for _, s := range []*string{
		&f.WordPress, &db.Name, &db.User, &db.Host, &db.Socket, &db.Charset, &db.Collate, &db.TablePrefix,
		&db.TLS.CAFile, &db.TLS.CertFile, &db.TLS.KeyFile,
		&c.ContentDir, &c.PluginDir, &c.UploadsDir, &c.SiteURL, &c.ConfigFile, &c.PHP,
	} {
		*s = truncate(*s)
	}
}

func truncate(s string) string {
	const limit = 4 << 10
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}
