package config

import "github.com/wp-oneway/wp-oneway/wordpress"

// Config is what a site's configuration says. Paths are absolute and clean.
type Config struct {
	DB         wordpress.Database
	ContentDir string   // "" when it differs between worlds
	Doubts     []string // folders that differ between worlds, and what decides
	PluginDir  string
	UploadsDir string // set only where UPLOADS is
	Multisite  bool
	SiteURL    string   // WP_SITEURL or WP_HOME where literal, else ""
	ConfigFile string   // the wp-config.php that was read
	Files      []string // every file the configuration was read from, wp-config.php first
}
