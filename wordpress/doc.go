// Package wordpress holds types that the packages below it share, such as the connection of a
// site to its database, and functions that make text safe to print.
package wordpress
