package oneway

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// canary is a new name that nobody can have taken, of an empty object that nobody
// may delete.
func canary(random io.Reader) (string, error) {
	var b [15]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("name a canary: %w", err)
	}
	return policy.CanaryPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(b[:])) + policy.CanarySuffix, nil
}

// under is name in a folder, which may be "".
func under(folder, name string) string {
	if folder == "" {
		return name
	}
	return strings.TrimSuffix(folder, "/") + "/" + name
}
