// Package files decides which files belong to a site, and walks them.
package files
