// Package safefs opens the files of an untrusted site. It opens no file outside the site's home,
// even if the site's owner creates or replaces links meanwhile. In this package, a link is a
// symlink.
package safefs
