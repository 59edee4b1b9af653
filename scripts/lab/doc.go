// Package lab brings up private servers for tests, demonstrations and
// benchmarks: each below a folder of its own, on a socket or a free port of its
// own, never the machine's.
package lab
