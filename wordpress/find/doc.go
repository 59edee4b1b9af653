// Package find searches a host for WordPress sites.
package find
