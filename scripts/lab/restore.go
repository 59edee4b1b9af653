package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// An Opener holds what a sealed archive is opened with, as paths of files.
type Opener struct {
	Identity   string // of age
	Passphrase string // of GnuPG's symmetric encryption
}

// Unpack is the pipeline of stock programs that undoes the suffixes of archive,
// outermost first, until what is left ends in .tar, .sql or .json. It begins with
// cat, so several pieces of one archive may be given.
func (o Opener) Unpack(pieces ...string) (Pipeline, error) {
	p := Pipeline{{Args: append([]string{"cat", "--"}, pieces...)}}
	name := strings.TrimSuffix(filepath.Base(pieces[0]), ".001")
	for {
		ext := filepath.Ext(name)
		name = strings.TrimSuffix(name, ext)
		switch ext {
		case ".age":
			p = append(p, Stage{Args: []string{"age", "-d", "-i", o.Identity}})
		case ".gpg":
			p = append(p, Stage{Args: []string{"gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-file", o.Passphrase, "-d"}})
		case ".zst":
			p = append(p, Stage{Args: []string{"zstd", "-dcq"}})
		case ".gz":
			p = append(p, Stage{Args: []string{"gzip", "-dc"}})
		case ".tar", ".sql", ".json":
			return p, nil
		default:
			return nil, fmt.Errorf("unpack %s: no stock program is known for %q", pieces[0], ext)
		}
	}
}

// RestoreFiles unpacks an archive of files into dir, which is made, with stock
// tar; owners are set when this runs as root.
func RestoreFiles(ctx context.Context, dir string, o Opener, pieces ...string) (Pipeline, error) {
	p, err := o.Unpack(pieces...)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("restore files: %w", err)
	}
	p = append(p, Stage{Args: []string{"tar", "-xp", "--numeric-owner", "-f", "-", "-C", dir}})
	return p, p.Run(ctx, nil, nil)
}

// RestoreDatabase feeds an archive of a database to the stock client, under the
// account of db.
func RestoreDatabase(ctx context.Context, db Database, o Opener, pieces ...string) (Pipeline, error) {
	p, err := o.Unpack(pieces...)
	if err != nil {
		return nil, err
	}
	p = append(p, db.client("--binary-mode"))
	return p, p.Run(ctx, nil, nil)
}
