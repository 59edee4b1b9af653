// Package lab starts private servers for tests, demonstrations and benchmarks:
// each below a folder of its own, on a socket and a free port of its own, and
// never the machine's.
package lab
