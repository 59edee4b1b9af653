package lab

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DecryptionKeys are the files that are needed to decrypt sealed archives.
type DecryptionKeys struct {
	Identity   string // identity file of age
	Passphrase string // file with the passphrase of GnuPG's symmetric encryption
}

// Unpack returns the pipeline of standard programs that decrypts and decompresses an archive to a
// .tar, .sql or .json. The suffixes of the archive's name choose the programs. pieces may be
// several pieces of one archive.
func (k DecryptionKeys) Unpack(pieces ...string) (Pipeline, error) {
	p := Pipeline{{Args: append([]string{"cat", "--"}, pieces...)}}
	name := strings.TrimSuffix(filepath.Base(pieces[0]), ".001")
	for {
		ext := filepath.Ext(name)
		name = strings.TrimSuffix(name, ext)
		switch ext {
		case ".age":
			p = append(p, Stage{Args: []string{"age", "-d", "-i", k.Identity}})
		case ".gpg":
			p = append(p, Stage{Args: []string{"gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-file", k.Passphrase, "-d"}})
		case ".zst":
			p = append(p, Stage{Args: []string{"zstd", "-dcq"}})
		case ".gz":
			p = append(p, Stage{Args: []string{"gzip", "-dc"}})
		case ".tar", ".sql", ".json":
			return p, nil
		default:
			return nil, fmt.Errorf("unpack %s: no standard program is known for %q", pieces[0], ext)
		}
	}
}

// Content returns the decrypted, decompressed content of an archive.
func (k DecryptionKeys) Content(ctx context.Context, pieces ...string) ([]byte, error) {
	p, err := k.Unpack(pieces...)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	err = p.Run(ctx, nil, &content)
	return content.Bytes(), err
}

// RestoreFiles creates dir, and unpacks an archive of files into it with standard tar. As root,
// it also sets the owners.
func RestoreFiles(ctx context.Context, dir string, o DecryptionKeys, pieces ...string) (Pipeline, error) {
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

// RestoreDatabase sends an archive of a database to the standard client, with the account of db.
func RestoreDatabase(ctx context.Context, db Database, o DecryptionKeys, pieces ...string) (Pipeline, error) {
	p, err := o.Unpack(pieces...)
	if err != nil {
		return nil, err
	}
	p = append(p, db.client("--binary-mode"))
	return p, p.Run(ctx, nil, nil)
}

// Load sends SQL to the standard client, with the account of d.
func (d Database) Load(ctx context.Context, sql *os.File) error {
	return Pipeline{d.client("--binary-mode")}.Run(ctx, sql, nil)
}
