package site

// The files by which WordPress finds its core and its configuration.
const (
	FrontFile    = "index.php"
	LoadFile     = "wp-load.php"
	HeaderFile   = "wp-blog-header.php"
	SettingsFile = "wp-settings.php"
	ConfigFile   = "wp-config.php"
	VersionFile  = "wp-includes/version.php"
)
