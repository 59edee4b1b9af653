package config

import "github.com/wp-oneway/wp-oneway/wordpress"

// Config holds the settings of a site's configuration. Paths are absolute and clean.
type Config struct {
	DB         wordpress.Database `json:"database"`
	ContentDir string             `json:"content_dir"`      // "" if it is not known
	Doubts     []string           `json:"doubts,omitempty"` // folders whose path is not known, and the expressions that determine them
	PluginDir  string             `json:"plugin_dir"`
	UploadsDir string             `json:"uploads_dir"`          // only if UPLOADS is defined
	BlogsDirs  []string           `json:"blogs_dirs,omitempty"` // UPLOADBLOGSDIR and BLOGUPLOADDIR if they are defined; a multisite uses them
	Multisite  bool               `json:"multisite"`
	SiteURL    string             `json:"site_url"`    // WP_SITEURL or WP_HOME if it is known, else ""
	ConfigFile string             `json:"config_file"` // the wp-config.php that was read
	Files      []string           `json:"files"`       // every file the configuration was read from, wp-config.php first
	// PHP is the version and the SAPI of the site's PHP, if it ran the configuration to
	// get the values above; "" if the configuration was read without running it.
	PHP string `json:"php,omitempty"`
}

// Source says how the configuration was read: "static", or "php" if PHP ran it.
func (c *Config) Source() string {
	if c.PHP != "" {
		return "php"
	}
	return "static"
}
