package wordpress

// The files that WordPress finds itself by.
const (
	frontFile    = "index.php"
	loadFile     = "wp-load.php"
	headerFile   = "wp-blog-header.php"
	settingsFile = "wp-settings.php"
	configFile   = "wp-config.php"
	versionFile  = "wp-includes/version.php"
)
