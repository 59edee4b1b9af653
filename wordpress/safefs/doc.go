// Package safefs opens the files of an untrusted site: nothing outside its home,
// whatever links the site's owner plants or swaps.
package safefs
