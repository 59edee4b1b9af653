// Package wordpress understands a WordPress installation from the outside: where
// it lies, what its configuration says and which files belong to it. It runs
// nothing of the site's and opens nothing outside the site's home.
package wordpress
