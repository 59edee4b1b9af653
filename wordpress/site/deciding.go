package site

// Deciding returns the files and folders, relative to a site's root, that decide what the
// site is: who may change one of them controls the configuration. Further files may
// decide too, such as those that a configuration includes; they are checked when they
// are read.
func Deciding() []string {
	return []string{
		"", ConfigFile, LoadFile, SettingsFile, HeaderFile, FrontFile, ".env",
		"wp", "wp-content", "wp-content/db.php", "wp-content/db-config.php", "app", "app/db.php",
	}
}

// Content returns the folders, relative to a site's root, whose files are only archived.
func Content() []string {
	return []string{
		"wp-content/uploads", "wp-content/plugins", "wp-content/themes", "wp-content/mu-plugins", "wp-content/languages",
		"wp-content/cache", "wp-content/upgrade", "app/uploads", "app/plugins", "app/themes", "app/mu-plugins",
	}
}
