// Package wordpress holds the types that the packages below it share, such as the
// connection of a site to its database, and texts that are safe to print.
package wordpress
