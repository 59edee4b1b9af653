// Package policy writes what a bucket and a host's credential need, and no more,
// for each provider, to be pasted. It asks nobody and changes nothing.
package policy

// What the name of a canary begins and ends with: an empty object that doctor
// leaves, since nobody may delete it, and that the rules printed here remove.
const (
	CanaryPrefix = "wp-oneway-canary-"
	CanarySuffix = ".canary"
)
