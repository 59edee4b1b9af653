package agent

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// A Request is all that the site's side of a run is told: what the operator says
// of the site. It holds no credential of a sink and nothing of the sealing.
type Request struct {
	Path      string          `json:"-"` // need not be UTF-8
	Home      string          `json:"-"`
	Kind      Kind            `json:"kind"`
	Selection files.Selection `json:"selection"`
	Dump      dump.Options    `json:"dump"`
	World     wordpress.World `json:"world"`
	// Defaults is a MySQL option file of the operator's, which overrides what the
	// configuration says of the connection. It holds a password.
	Defaults []byte `json:"defaults,omitempty"`
	// ConfigOnly asks for what the configuration says, and connects nowhere.
	ConfigOnly bool `json:"config_only,omitempty"`
	// Survey asks for what the configurations of several sites of one owner's say,
	// and for nothing else.
	Survey []Request `json:"survey,omitempty"`
	// Plan asks for what a backup would hold; its parts write nothing.
	Plan bool `json:"plan,omitempty"`
	// Check asks whether the parts of the kind could be written, and what of them
	// could not be read; its parts write nothing, and nothing is locked.
	Check bool `json:"check,omitempty"`
}

type plainRequest Request

// A wireRequest is a Request as it crosses the pipe: its paths as bytes.
type wireRequest struct {
	plainRequest
	Path []byte `json:"path"`
	Home []byte `json:"home"`
}

// MarshalJSON keeps the paths' bytes.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireRequest{plainRequest: plainRequest(r), Path: []byte(r.Path), Home: []byte(r.Home)})
}

// UnmarshalJSON takes the paths' bytes.
func (r *Request) UnmarshalJSON(text []byte) error {
	var w wireRequest
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*r = Request(w.plainRequest)
	r.Path, r.Home = string(w.Path), string(w.Home)
	return nil
}

// Facts is what is known of a site once it is open, before its parts are written.
type Facts struct {
	Root       string   `json:"root"`
	Home       string   `json:"home"`
	Core       string   `json:"core"`
	Layout     string   `json:"layout"`
	WordPress  string   `json:"wordpress"`
	Config     Config   `json:"config"`
	Server     *Server  `json:"server,omitempty"`
	TableNames []string `json:"table_names,omitempty"`
	Link       *Link    `json:"link,omitempty"` // when Check asked for it
}

// A Link is the way to a database.
type Link struct {
	Address   string `json:"address"`
	Local     bool   `json:"local"` // the server is on this host
	Encrypted bool   `json:"encrypted"`
}

// tame cuts what the site's side says of itself, and the manifest tells without a
// key, to what versions look like: the tenant may have written it, or the server
// that he named.
func (f *Facts) tame() {
	const most = 100
	short := func(s string) string {
		s = Printable(s)
		return strings.ToValidUTF8(s[:min(len(s), most)], "")
	}
	f.WordPress = short(f.WordPress)
	if s := f.Server; s != nil {
		f.Server = &Server{Flavour: short(s.Flavour), Version: short(s.Version)}
	}
}

// Config is what a site's configuration says, in a shape that crosses a pipe
// unchanged: what need not be UTF-8 is bytes.
type Config struct {
	Name         []byte        `json:"name"`
	User         []byte        `json:"user"`
	Password     []byte        `json:"password,omitempty"` // only when ConfigOnly asked for it
	Host         []byte        `json:"host"`
	Port         int           `json:"port"`
	Socket       []byte        `json:"socket"`
	Charset      []byte        `json:"charset"`
	Collate      []byte        `json:"collate"`
	TablePrefix  []byte        `json:"table_prefix"`
	CustomTables []string      `json:"custom_tables,omitempty"`
	TLS          wordpress.TLS `json:"tls"`
	ContentDir   string        `json:"content_dir"`
	PluginDir    string        `json:"plugin_dir"`
	UploadsDir   string        `json:"uploads_dir"`
	Multisite    bool          `json:"multisite"`
	SiteURL      string        `json:"site_url"`
	ConfigFile   string        `json:"config_file"`
	Files        []string      `json:"files"`
}

// Findings is what is known of a site after its parts were written.
type Findings struct {
	Base       string              `json:"base"`
	Tables     []Table             `json:"tables,omitempty"`
	Files      int64               `json:"files"`
	FileBytes  int64               `json:"file_bytes"`
	Excludes   []files.ExcludeHits `json:"excludes,omitempty"`
	Warnings   wordpress.Notes     `json:"warnings"`
	Unreadable wordpress.Notes     `json:"unreadable"`
	Privileges wordpress.Notes     `json:"privileges"`
}

// A source is the site's side of a run: in this process, or in a worker with the
// rights of the site's owner.
type source interface {
	// Facts is what was found when the source was opened; a part of the database
	// has its snapshot from that moment on.
	Facts() Facts
	// Part is the stream of that name.
	Part(name string) Part
	// Findings waits for the parts to end; it is called once, after all of them.
	Findings(context.Context) (Findings, error)
	// Close ends the source and everything it still does.
	Close() error
}

// counts sums findings up for the manifest.
func (f *Findings) counts() Counts {
	c := Counts{
		Tables: len(f.Tables), Files: f.Files, Warnings: f.Warnings.Total,
		Unreadable: f.Unreadable.Total + f.Privileges.Total,
	}
	for _, t := range f.Tables {
		c.Rows += t.Rows
	}
	for _, e := range f.Excludes {
		c.Excluded += e.Entries
	}
	return c
}
