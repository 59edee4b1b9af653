// Package find searches a host for WordPress sites. In this package, a link is a symlink.
package find
