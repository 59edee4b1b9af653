package wordpress

import (
	"encoding/json"

	"github.com/wp-oneway/wp-oneway/secret"
)

// A Database is the connection of a site to its database. Strings are bytes as PHP
// has them, not necessarily UTF-8; JSON keeps them as they are.
type Database struct {
	Name        string
	User        string
	Password    secret.Text // not in JSON, unless Revealed asks for it
	Host        string      // empty when only a socket is given
	Port        int         // 0: none given
	Socket      string      // "": none given
	Charset     string
	Collate     string
	TablePrefix string
	// CustomTables are tables outside the prefix that belong to the site
	// (CUSTOM_USER_TABLE, CUSTOM_USER_META_TABLE).
	CustomTables []string
	TLS          TLS
	// Operator is set if the password is the operator's, from an option file, and nil if
	// it is the site's.
	Operator *Operator
	// Origin says where settings come from that are not the site's.
	Origin Origin

	reveal bool // JSON holds the password
}

// TLS holds the TLS settings of a connection (MYSQL_CLIENT_FLAGS, MYSQL_SSL_*).
type TLS struct {
	Enabled    bool   `json:"enabled"`     // the flags contain MYSQLI_CLIENT_SSL
	SkipVerify bool   `json:"skip_verify"` // the flags contain MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT
	CAFile     string `json:"ca_file"`     // path as configured; ""
	CertFile   string `json:"cert_file"`
	KeyFile    string `json:"key_file"`
	// Verify says what an option file asks to verify of the server: VerifyCA,
	// VerifyIdentity, or "" if there is none. A configuration cannot ask for it.
	Verify string `json:"verify,omitempty"`
	// Files are the contents of the operator's files, by their path. A file that is not in
	// it is read with the rights of this process.
	Files map[string]secret.Text `json:"-"`
}

// The values of TLS.Verify.
const (
	VerifyCA       = "ca"       // an authority has signed the server's certificate
	VerifyIdentity = "identity" // and the certificate is for the host of the connection
)

// Unverified reports whether the server's certificate is not verified although nothing
// says so: PHP verifies it only if the configuration names a certificate or a key.
func (t TLS) Unverified() bool {
	return t.Enabled && !t.SkipVerify && t.Verify == "" && t.CAFile == "" && t.CertFile == "" && t.KeyFile == ""
}

// An Operator is whose password an option file sets. It is sent only to a server that
// is verified.
type Operator struct {
	UID int  `json:"uid"` // the user that the agent was started as
	TLS bool `json:"tls"` // the TLS settings are the operator's too
}

// An Origin names, for errors, what sets the server, the account and the name of a Database. ""
// is the site's configuration.
type Origin struct {
	Server  string `json:"server,omitempty"`
	Account string `json:"account,omitempty"`
	Name    string `json:"name,omitempty"`
}

// Revealed returns a copy of d whose JSON holds the password.
func (d Database) Revealed() Database {
	d.reveal = true
	return d
}

// databaseJSON is a Database in JSON: byte slices are base64, which keeps bytes
// that are not UTF-8.
type databaseJSON struct {
	Name         []byte   `json:"name"`
	User         []byte   `json:"user"`
	Password     []byte   `json:"password,omitempty"`
	Host         []byte   `json:"host"`
	Port         int      `json:"port"`
	Socket       []byte   `json:"socket"`
	Charset      []byte   `json:"charset"`
	Collate      []byte   `json:"collate"`
	TablePrefix  []byte   `json:"table_prefix"`
	CustomTables [][]byte `json:"custom_tables,omitempty"`
	TLS          tlsJSON  `json:"tls"`

	Operator *Operator `json:"operator,omitempty"`
	Origin   Origin    `json:"origin,omitzero"`
}

type tlsJSON struct {
	TLS
	CAFile   []byte `json:"ca_file"`
	CertFile []byte `json:"cert_file"`
	KeyFile  []byte `json:"key_file"`
}

// MarshalJSON writes the connection without its password, unless Revealed asked
// for it.
func (d Database) MarshalJSON() ([]byte, error) {
	w := databaseJSON{
		Name: []byte(d.Name), User: []byte(d.User), Host: []byte(d.Host), Port: d.Port, Socket: []byte(d.Socket),
		Charset: []byte(d.Charset), Collate: []byte(d.Collate), TablePrefix: []byte(d.TablePrefix), Operator: d.Operator, Origin: d.Origin,
		TLS: tlsJSON{TLS: d.TLS, CAFile: []byte(d.TLS.CAFile), CertFile: []byte(d.TLS.CertFile), KeyFile: []byte(d.TLS.KeyFile)},
	}
	for _, table := range d.CustomTables {
		w.CustomTables = append(w.CustomTables, []byte(table))
	}
	if d.reveal {
		w.Password = []byte(d.Password.Reveal())
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes. The password is "" if it was not
// revealed.
func (d *Database) UnmarshalJSON(text []byte) error {
	var w databaseJSON
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*d = Database{
		Name: string(w.Name), User: string(w.User), Password: secret.Text(w.Password), Host: string(w.Host), Port: w.Port, Socket: string(w.Socket),
		Charset: string(w.Charset), Collate: string(w.Collate), TablePrefix: string(w.TablePrefix), TLS: w.TLS.TLS, Operator: w.Operator, Origin: w.Origin,
	}
	d.TLS.CAFile, d.TLS.CertFile, d.TLS.KeyFile = string(w.TLS.CAFile), string(w.TLS.CertFile), string(w.TLS.KeyFile)
	for _, table := range w.CustomTables {
		d.CustomTables = append(d.CustomTables, string(table))
	}
	return nil
}
