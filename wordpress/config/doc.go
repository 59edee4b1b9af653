// Package config reads a site's configuration. It evaluates the PHP of the configuration
// without running it, unless the operator lets the site's own PHP run it.
package config
