package oneway

import (
	"crypto/rand"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// canary returns a new name for a canary: an empty object that the credential cannot
// delete.
// The name is random, so no other object has it.
func canary() string {
	return policy.CanaryPrefix + strings.ToLower(rand.Text()) + policy.CanarySuffix
}

// under joins a folder, which may be "", and a name.
func under(folder, name string) string {
	if folder == "" {
		return name
	}
	return strings.TrimSuffix(folder, "/") + "/" + name
}
