package wordpress

import (
	"encoding/json"

	"github.com/wp-oneway/wp-oneway/secret"
)

// A Database is the connection of a site to its database. Strings hold the bytes that PHP has,
// which need not be UTF-8. JSON keeps all bytes.
type Database struct {
	Name        string
	User        string
	Password    secret.Text // in JSON only if Revealed asks for it
	Host        string      // empty when only a socket is given
	Port        int         // 0 if none is given
	Socket      string      // "" if none is given
	Charset     string
	Collate     string
	TablePrefix string
	// CustomTables are tables outside the prefix that belong to the site
	// (CUSTOM_USER_TABLE, CUSTOM_USER_META_TABLE).
	CustomTables []string
	TLS          TLS
	// Operator is set if the password comes from an option file of the operator. It is nil if the
	// password is the site's.
	Operator *Operator
	// Origin names the sources of settings that do not come from the site's configuration.
	Origin Origin

	reveal bool // JSON contains the password
}

// TLS holds the TLS settings of a connection (MYSQL_CLIENT_FLAGS, MYSQL_SSL_*).
type TLS struct {
	Enabled    bool   `json:"enabled"`     // the flags contain MYSQLI_CLIENT_SSL
	SkipVerify bool   `json:"skip_verify"` // the flags contain MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT
	CAFile     string `json:"ca_file"`     // path as configured, or ""
	CertFile   string `json:"cert_file"`
	KeyFile    string `json:"key_file"`
	// Verify says which check of the server an option file asks for: VerifyCA, VerifyIdentity, or
	// "" for none. A site's configuration cannot ask for one.
	Verify string `json:"verify,omitempty"`
	// Files holds the contents of the operator's files, by their path. Any other file is read
	// with the rights of this process.
	Files map[string]secret.Text `json:"-"`
}

// The values of TLS.Verify.
const (
	VerifyCA       = "ca"       // an authority must have signed the server's certificate
	VerifyIdentity = "identity" // in addition, the certificate must be for the host of the connection
)

// Unverified reports whether the server's certificate is not verified although no setting turns
// verification off: PHP verifies it only if the configuration names a certificate or a key.
func (t TLS) Unverified() bool {
	return t.Enabled && !t.SkipVerify && t.Verify == "" && t.CAFile == "" && t.CertFile == "" && t.KeyFile == ""
}

// An Operator is the owner of a password that an option file sets. The password is sent only to a
// server that is verified.
type Operator struct {
	UID int  `json:"uid"` // the user ID that the agent was started with
	TLS bool `json:"tls"` // the TLS settings are the operator's too
}

// An Origin names, for errors, the source of the server, the account and the name of a Database.
// "" means the site's configuration.
type Origin struct {
	Server  string `json:"server,omitempty"`
	Account string `json:"account,omitempty"`
	Name    string `json:"name,omitempty"`
}

// Revealed returns a copy of d whose JSON contains the password.
func (d Database) Revealed() Database {
	d.reveal = true
	return d
}

// databaseJSON is a Database in JSON. Byte slices are written as base64, which keeps bytes that
// are not UTF-8.
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

// MarshalJSON writes the connection. It leaves out the password, unless Revealed asked for it.
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

// UnmarshalJSON reads the output of MarshalJSON. The password is "" if it was not revealed.
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
