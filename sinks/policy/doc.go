// Package policy prints the least-privilege configuration of a bucket and of its
// hosts' credentials, for each provider, ready to paste. It contacts no provider and
// changes nothing.
package policy

// The prefix and the suffix of a canary's name. A canary is an empty object that
// doctor creates and cannot delete. The lifecycle rules printed here delete it.
const (
	CanaryPrefix = "wp-oneway-canary-"
	CanarySuffix = ".canary"
)
