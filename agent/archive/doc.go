// Package archive makes the streams of a backup: tar from a walk, and the
// filters every stream passes on its way to a sink, which compress and seal it.
//
// Whatever this package writes is read back by stock tools alone: tar, zstd,
// gzip, age, gpg.
package archive
