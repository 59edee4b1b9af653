package oneway

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// What the name of a canary, an empty object that nobody may delete, begins and
// ends with: the lifecycle rules that `policy` prints find it by that, or by its
// being empty.
const (
	CanaryPrefix = "wp-oneway-canary-"
	CanarySuffix = ".canary"
)

// canary is a new name that nobody can have taken.
func canary(random io.Reader) (string, error) {
	var b [15]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("name a canary: %w", err)
	}
	return CanaryPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(b[:])) + CanarySuffix, nil
}

// under is name in a folder, which may be "".
func under(folder, name string) string {
	if folder == "" {
		return name
	}
	return strings.TrimSuffix(folder, "/") + "/" + name
}
