package config

import "github.com/wp-oneway/wp-oneway/wordpress"

// Config is what a site's configuration says. Paths are absolute and clean.
type Config struct {
	DB         wordpress.Database `json:"database"`
	ContentDir string             `json:"content_dir"`      // "" if it is not known for certain
	Doubts     []string           `json:"doubts,omitempty"` // folders that are not known for certain, and what decides
	PluginDir  string             `json:"plugin_dir"`
	UploadsDir string             `json:"uploads_dir"` // only if UPLOADS is defined
	Multisite  bool               `json:"multisite"`
	SiteURL    string             `json:"site_url"`    // WP_SITEURL or WP_HOME if it is a literal, else ""
	ConfigFile string             `json:"config_file"` // the wp-config.php that was read
	Files      []string           `json:"files"`       // every file the configuration was read from, wp-config.php first
	// PHP is the version of the site's PHP and how it was run, if it was asked for all
	// of the above; "" if the configuration was read without running it.
	PHP string `json:"php,omitempty"`
}

// Source says how the configuration was read: "static", or "php" if PHP ran it.
func (c *Config) Source() string {
	if c.PHP != "" {
		return "php"
	}
	return "static"
}
