package operator

import (
	"errors"
	"fmt"
	"os"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// OpenRoot opens a folder of the operator's for writing below it. It creates the folder, and
// those above it, with mode 0700 if they do not exist. A symlink that another user made must
// lead to his own files; see safefs.RealPath.
func OpenRoot(dir string) (*os.Root, error) {
	folder, err := safefs.MakeFolder(dir, 0o700)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	judged, err := folder.Stat()
	opened, failed := root.Stat(".")
	if err := errors.Join(err, failed); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	if !os.SameFile(judged, opened) {
		return nil, errors.Join(fmt.Errorf("open %s: it was replaced while it was opened; use a folder that only root or you can change", dir), root.Close())
	}
	return root, nil
}
