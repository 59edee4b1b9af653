package wordpress

// World is what is known of the site's PHP besides its files. The zero World
// knows nothing.
type World struct {
	Env      map[string]string // the complete environment of the site's PHP; meaningful if EnvKnown
	EnvKnown bool
	HTTPHost string // HTTP_HOST of the request; "" is unknown
}

// Database is how a site reaches its database. Strings are bytes as PHP has
// them, not necessarily UTF-8.
type Database struct {
	Name        string
	User        string
	Password    Secret
	Host        string // empty when a socket alone is given
	Port        int    // 0: none given
	Socket      string // "": none given
	Charset     string
	Collate     string
	TablePrefix string
	// CustomTables are tables outside the prefix that belong to the site
	// (CUSTOM_USER_TABLE, CUSTOM_USER_META_TABLE).
	CustomTables []string
	TLS          TLS
}

// TLS is what the configuration asks of the connection (MYSQL_CLIENT_FLAGS, MYSQL_SSL_*).
type TLS struct {
	Enabled    bool   // MYSQLI_CLIENT_SSL is among the flags
	SkipVerify bool   // MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT is among the flags
	CAFile     string // path as configured; ""
	CertFile   string
	KeyFile    string
}
