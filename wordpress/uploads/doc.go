// Package uploads reads from a site's database which folders hold its uploads.
package uploads
