package config

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
)

// answers extracts the settings that WordPress would use from the constants and
// variables that are defined when wp-settings.php starts.
type answers struct {
	res  result
	site *Site
}

// The bits of MYSQL_CLIENT_FLAGS that control TLS.
const (
	flagSSL      = 2048 // MYSQLI_CLIENT_SSL
	flagNoVerify = 64   // MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT
)

// text returns a constant as a string; it is "" if the constant is not defined.
func (a *answers) text(name string) (text string, defined bool, err error) {
	return a.scalar(name, a.res.Constant(name))
}

func (a *answers) scalar(name string, v php.Answer) (string, bool, error) {
	switch v.State {
	case php.Absent:
		return "", false, nil
	case php.Open:
		return "", true, a.open(name, v.Why)
	case php.Known:
	}
	switch v.Value.(type) {
	case *php.Array, *php.Object:
		return "", true, refuse(wordpress.Undecidable, a.site.Config.ConfigFile, "%s is not a string", name)
	}
	return v.Text, true, nil
}

// open refuses a value that depends on something unknown.
func (a *answers) open(name string, why *php.Refusal) *wordpress.ConfigError {
	e := fromRefusal(why)
	e.Message = name + " cannot be known: " + e.Message
	return e
}

// addDoubt records that the path of a folder is not known, so that the folder may be
// missing from the archive.
func (a *answers) addDoubt(err error) {
	c := a.site.Config
	c.Doubts = append(c.Doubts, err.Error())
}

// openFolder refuses a folder whose path depends on something unknown. Its hint does
// not propose to give the credentials, because they do not determine a folder.
func (a *answers) openFolder(name string, why *php.Refusal) *wordpress.ConfigError {
	e := a.open(name, why)
	e.Hint = strings.TrimSuffix(strings.TrimSuffix(e.Hint, hintFile), ", or ")
	return e
}

// folders extracts the folders, which need no database. ContentDir stays empty if it
// is not known.
func (a *answers) folders() error {
	c := a.site.Config
	base, _, err := a.text("ABSPATH")
	if err != nil {
		return err
	}
	if v := a.res.Constant("WP_CONTENT_DIR"); v.State == php.Open {
		a.addDoubt(a.openFolder("WP_CONTENT_DIR", v.Why))
	} else {
		text, defined, err := a.text("WP_CONTENT_DIR")
		if err != nil {
			return err
		}
		if !defined {
			text = base + "wp-content"
		}
		c.ContentDir = a.site.join(text)
	}
	if v := a.res.Constant("WP_PLUGIN_DIR"); v.State == php.Open {
		a.addDoubt(a.openFolder("WP_PLUGIN_DIR", v.Why))
	} else {
		text, defined, err := a.text("WP_PLUGIN_DIR")
		switch {
		case err != nil:
			return err
		case defined:
			c.PluginDir = a.site.join(text)
		case c.ContentDir != "":
			c.PluginDir = filepath.Join(c.ContentDir, "plugins")
		}
	}
	if v := a.res.Constant("UPLOADS"); v.State == php.Open {
		e := a.openFolder("UPLOADS", v.Why)
		if e.Hint == "" {
			e.Hint = hintWithout
		}
		return e
	}
	uploads, defined, err := a.text("UPLOADS")
	if err != nil {
		return err
	}
	if defined {
		c.UploadsDir = a.site.join(base + uploads)
	}
	return a.blogsDirs(base)
}

// blogsDirs extracts the folders in which a multisite older than WordPress 3.5 has the
// uploads of its sub-sites, if they are not in the content folder.
func (a *answers) blogsDirs(base string) error {
	for name, before := range map[string]string{"UPLOADBLOGSDIR": base, "BLOGUPLOADDIR": ""} {
		if v := a.res.Constant(name); v.State == php.Open {
			a.addDoubt(a.openFolder(name, v.Why))
			continue
		}
		text, defined, err := a.text(name)
		if err != nil {
			return err
		}
		if defined {
			a.site.Config.BlogsDirs = append(a.site.Config.BlogsDirs, a.site.join(before+text))
		}
	}
	return nil
}

// otherSettings extracts everything except the folders.
func (a *answers) otherSettings() error {
	c := a.site.Config
	if err := a.database(&c.DB); err != nil {
		return err
	}
	if err := a.tables(&c.DB); err != nil {
		return err
	}
	a.tls(&c.DB.TLS)
	for _, name := range []string{"WP_SITEURL", "WP_HOME"} {
		if v := a.res.Constant(name); c.SiteURL == "" && v.State == php.Known && !strings.ContainsAny(v.Text, "\r\n\x00") {
			c.SiteURL = v.Text
		}
	}
	multisite, err := a.multisite()
	c.Multisite = multisite
	return err
}

func (a *answers) database(db *wordpress.Database) error {
	var host string
	for _, want := range []struct {
		name string
		to   *string
	}{
		{"DB_NAME", &db.Name},
		{"DB_USER", &db.User},
		{"DB_PASSWORD", (*string)(&db.Password)},
		{"DB_HOST", &host},
		{"DB_CHARSET", &db.Charset},
		{"DB_COLLATE", &db.Collate},
	} {
		text, _, err := a.text(want.name)
		if err != nil {
			*db = wordpress.Database{}
			return err
		}
		*want.to = text
	}
	for _, name := range []string{"DB_NAME", "DB_USER"} {
		if text, defined, _ := a.text(name); text == "" {
			*db = wordpress.Database{}
			problem := "is empty"
			if !defined {
				problem = "is not defined"
			}
			return refuse(wordpress.Undecidable, a.site.Config.ConfigFile, "%s %s when WordPress starts", name, problem)
		}
	}
	db.Host, db.Port, db.Socket = splitHost(host)
	return nil
}

// tables extracts the table prefix and the names of the tables without that prefix.
func (a *answers) tables(db *wordpress.Database) error {
	prefix, _, err := a.scalar("$table_prefix", a.res.Variable("table_prefix"))
	if err != nil {
		return err
	}
	db.TablePrefix = prefix
	for _, name := range []string{"CUSTOM_USER_TABLE", "CUSTOM_USER_META_TABLE"} {
		table, _, err := a.text(name)
		if err != nil {
			return err
		}
		if table != "" {
			db.CustomTables = append(db.CustomTables, table)
		}
	}
	return nil
}

// tls extracts the TLS settings, as far as they are known.
func (a *answers) tls(t *wordpress.TLS) {
	flags, _, err := a.text("MYSQL_CLIENT_FLAGS")
	if err == nil {
		n, _ := strconv.ParseInt(flags, 10, 64)
		t.Enabled, t.SkipVerify = n&flagSSL != 0, n&flagNoVerify != 0
	}
	for name, to := range map[string]*string{"MYSQL_SSL_CA": &t.CAFile, "MYSQL_SSL_CERT": &t.CertFile, "MYSQL_SSL_KEY": &t.KeyFile} {
		if text, _, err := a.text(name); err == nil {
			*to = text
		}
	}
}

// multisite returns the result of WordPress' is_multisite().
func (a *answers) multisite() (bool, error) {
	v := a.res.Constant("MULTISITE")
	switch v.State {
	case php.Open:
		return false, a.open("MULTISITE", v.Why)
	case php.Known:
		return v.Text != "" && v.Text != "0", nil
	case php.Absent:
	}
	var open error
	for _, name := range []string{"SUBDOMAIN_INSTALL", "VHOST", "SUNRISE"} {
		switch v := a.res.Constant(name); v.State {
		case php.Known:
			return true, nil
		case php.Open:
			if open == nil {
				open = a.open(name, v.Why)
			}
		case php.Absent:
		}
	}
	return false, open
}
