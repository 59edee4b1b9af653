package uploads

import (
	"errors"
	"strings"
)

// Folder returns the folder that WordPress uses for the value. root is ABSPATH. As in the
// kernel, ".." after a symlink is relative to the symlink's target, so the result is not
// cleaned.
func (p Path) Folder(root string) (string, error) {
	value := strings.TrimPrefix(p.Value, "file://")
	scheme, _, stream := strings.Cut(value, "://")
	switch {
	case stream && !strings.Contains(scheme, "/"):
		return "", errors.New("it is not a folder on this host")
	case strings.HasPrefix(value, `\`), len(value) > 2 && value[1:3] == `:\`:
		return "", errors.New("it is a Windows path")
	case strings.HasPrefix(value, "/"):
		return value, nil
	}
	return strings.TrimSuffix(root, "/") + "/" + value, nil
}
