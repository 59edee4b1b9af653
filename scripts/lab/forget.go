package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Forget removes what the agent, when root runs it, remembers of a site outside
// of any folder of ours. Other users point XDG_STATE_HOME to a folder to remove.
func Forget(root, name string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	sum := sha256.Sum256([]byte(root))
	key := hex.EncodeToString(sum[:16])
	for _, path := range []string{
		"/var/lib/wp-oneway/sites/" + key + ".json", "/var/lib/wp-oneway/names/" + name, "/run/wp-oneway/" + key + ".lock",
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the site %s: %w", name, err)
		}
	}
	for _, folder := range []string{"/var/lib/wp-oneway/sites", "/var/lib/wp-oneway/names", "/var/lib/wp-oneway", "/run/wp-oneway"} {
		_ = os.Remove(folder) // it stays unless it is empty
	}
	return nil
}
