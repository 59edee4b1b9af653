package source

import (
	"encoding/json"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
)

// Facts is what is known of a site once it is open, before its parts are written.
type Facts struct {
	Root      string `json:"root"`
	Home      string `json:"home"`
	Core      string `json:"core"` // folder of WordPress itself
	Layout    string `json:"layout"`
	WordPress string `json:"wordpress"` // version
	// Config is the configuration, with the connection that is used. It has the
	// password only if the request asked for it.
	Config     config.Config    `json:"config"`
	Server     *manifest.Server `json:"server,omitempty"`
	TableNames []string         `json:"table_names,omitempty"`
	Link       *Link            `json:"link,omitempty"` // in mode Check
	// CheckErrors are the errors of parts that cannot be written, by the name of the
	// part; in mode Check.
	CheckErrors map[string]string `json:"check_errors,omitempty"`
}

// A Link is the connection to a database server.
type Link struct {
	Address   string `json:"address"`
	Local     bool   `json:"local"` // the server is on this host
	Encrypted bool   `json:"encrypted"`
}

// TruncateVersions shortens and escapes the version strings. They are written into
// the manifest, which is readable without the key, and the tenant or the tenant's
// database server may have chosen them.
func (f *Facts) TruncateVersions() {
	const limit = 100
	short := func(s string) string {
		s = manifest.Printable(s)
		return strings.ToValidUTF8(s[:min(len(s), limit)], "")
	}
	f.WordPress = short(f.WordPress)
	if s := f.Server; s != nil {
		f.Server = &manifest.Server{Flavour: short(s.Flavour), Version: short(s.Version)}
	}
}

// mapText applies change to every string of the facts that comes from the site's
// configuration or is a path.
func (f *Facts) mapText(change func(string) string) {
	c := &f.Config
	db := &c.DB
	for _, s := range []*string{
		&f.Root, &f.Home, &f.Core, &f.WordPress,
		&db.Name, &db.User, &db.Host, &db.Socket, &db.Charset, &db.Collate, &db.TablePrefix,
		&db.TLS.CAFile, &db.TLS.CertFile, &db.TLS.KeyFile,
		&c.ContentDir, &c.PluginDir, &c.UploadsDir, &c.SiteURL, &c.ConfigFile,
	} {
		*s = change(*s)
	}
	for _, list := range []*[]string{&db.CustomTables, &c.Doubts, &c.Files, &f.TableNames} {
		var changed []string
		for _, s := range *list {
			changed = append(changed, change(s))
		}
		*list = changed
	}
}

type plainFacts Facts

// A wireFacts is Facts as a worker sends them: every byte of a text is encoded as
// one character, because JSON strings cannot hold text that is not UTF-8.
type wireFacts struct {
	plainFacts
	Password []byte `json:"password,omitempty"`
}

// MarshalJSON encodes the facts, with the password, for the parent of a worker.
func (f Facts) MarshalJSON() ([]byte, error) {
	w := wireFacts{Password: []byte(f.Config.DB.Password.Reveal())}
	f.Config.DB.Password = ""
	f.mapText(toLatin1)
	w.plainFacts = plainFacts(f)
	return json.Marshal(w)
}

// UnmarshalJSON decodes what MarshalJSON returns.
func (f *Facts) UnmarshalJSON(text []byte) error {
	var w wireFacts
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*f = Facts(w.plainFacts)
	f.mapText(fromLatin1)
	f.Config.DB.Password = wordpress.Secret(w.Password)
	return nil
}

// toLatin1 encodes each byte of s as the character with that number.
func toLatin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// fromLatin1 reverses toLatin1. Characters that it never produces become '?'.
func fromLatin1(s string) string {
	bytes := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		bytes = append(bytes, byte(r))
	}
	return string(bytes)
}
