// Package site describes one WordPress installation by its path and its files: its
// layout, owner, home and name.
package site
