// Package config reads a site's configuration, and runs none of it.
package config
