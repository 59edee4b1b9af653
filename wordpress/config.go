package wordpress

import (
	"fmt"
	"net/url"
	"strings"
)

// World is what is known of the site's PHP besides its files. The zero World
// knows nothing.
type World struct {
	Env      map[string]string // the complete environment of the site's PHP; meaningful if EnvKnown
	EnvKnown bool
	// VariablesOrder is php.ini's variables_order, which says whether $_ENV holds
	// the environment; "" is unknown.
	VariablesOrder string
	HTTPHost       string // HTTP_HOST of the request, which no proxy changed; "" is unknown
	Scheme         string // http or https, which no proxy changed; "" is unknown
	Port           string // SERVER_PORT, where Scheme is known
}

// SetURL takes host, scheme and port from the URL that visitors ask for.
func (w *World) SetURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("parse URL %q: give it as https://HOST/ or http://HOST:PORT/", text)
	}
	w.HTTPHost, w.Scheme, w.Port = u.Host, u.Scheme, u.Port()
	if w.Port == "" {
		w.Port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return nil
}

// CheckVariablesOrder reports an order that php.ini would not have.
func CheckVariablesOrder(order string) error {
	if strings.Trim(strings.ToUpper(order), "EGPCS") != "" {
		return fmt.Errorf("variables order %q: give letters of EGPCS, as php.ini has them (php -i | grep variables_order)", order)
	}
	return nil
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

// Config is what a site's configuration says. Paths are absolute and clean.
type Config struct {
	DB         Database
	ContentDir string   // "" when it differs between worlds
	Doubts     []string // folders that differ between worlds, and what decides
	PluginDir  string
	UploadsDir string // set only where UPLOADS is
	Multisite  bool
	SiteURL    string   // WP_SITEURL or WP_HOME where literal, else ""
	ConfigFile string   // the wp-config.php that was read
	Files      []string // every file the configuration was read from, wp-config.php first
}
