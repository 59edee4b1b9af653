package site

// The files that WordPress finds itself by.
const (
	FrontFile    = "index.php"
	LoadFile     = "wp-load.php"
	HeaderFile   = "wp-blog-header.php"
	SettingsFile = "wp-settings.php"
	ConfigFile   = "wp-config.php"
	VersionFile  = "wp-includes/version.php"
)
