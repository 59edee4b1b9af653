// Package archive writes the streams of a backup: a tar archive of the entries of a
// walk, and the filters that compress and seal every stream.
//
// All of its output can be read with standard tools: tar, zstd, gzip, age, gpg.
package archive
