package agent

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
)

// Sealing says how archives are compressed, and to whom they are sealed.
type Sealing struct {
	Compression    string // zstd, gzip or none
	Level          int    // 0 is the compression's default
	Recipients     []string
	RecipientsFile string // age or SSH recipients, one a line, or OpenPGP public keys
	PassphraseFile string // a passphrase for GnuPG, on one line
}

// Filters makes the filters of a backup, and says what the manifest tells of the
// sealing: nil if there is none. Errors never show what a file holds.
func (s Sealing) Filters() ([]archive.Filter, *Seal, error) {
	filters, err := archive.Compression(s.Compression, s.Level)
	if err != nil {
		return nil, nil, err
	}
	sealed := len(s.Recipients) > 0 || s.RecipientsFile != ""
	switch {
	case sealed && s.PassphraseFile != "":
		return nil, nil, errors.New("seal: recipients and a passphrase exclude each other; give one of them")
	case sealed:
		filter, seal, err := s.age()
		return append(filters, filter), seal, err
	case s.PassphraseFile != "":
		filter, seal, err := s.gpg()
		return append(filters, filter), seal, err
	}
	return filters, nil, nil
}

// age seals to the recipients, which a file may also give as OpenPGP keys.
func (s Sealing) age() (archive.Filter, *Seal, error) {
	text := strings.Join(s.Recipients, "\n")
	if s.RecipientsFile != "" {
		file, err := readOwn(s.RecipientsFile, false, true)
		if err != nil {
			return archive.Filter{}, nil, fmt.Errorf("recipients_file: %w", err)
		}
		text += "\n" + string(file)
	}
	if archive.HoldsGPGKeys([]byte(text)) {
		return gpgKeys(text)
	}
	recipients, public, err := archive.ParseAgeRecipients(strings.NewReader(text))
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("recipients: %w", err)
	}
	filter, err := archive.Age(recipients...)
	return filter, &Seal{Type: "age", Recipients: public}, err
}

// gpgKeys seals to OpenPGP public keys.
func gpgKeys(text string) (archive.Filter, *Seal, error) {
	keys, err := archive.ParseGPGKeys(strings.NewReader(text), time.Now())
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("recipients: %w", err)
	}
	seal := &Seal{Type: "gpg"}
	for _, k := range keys {
		seal.Recipients = append(seal.Recipients, k.Fingerprint)
	}
	filter, err := archive.GPGKeys(keys...)
	return filter, seal, err
}

func (s Sealing) gpg() (archive.Filter, *Seal, error) {
	text, err := ReadOwnFile(s.PassphraseFile, true)
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("passphrase_file: %w", err)
	}
	passphrase, err := archive.ReadPassphrase(strings.NewReader(string(text)))
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("passphrase_file %s: %w", s.PassphraseFile, err)
	}
	filter, err := archive.GPGPassphrase(passphrase)
	return filter, &Seal{Type: "gpg"}, err
}

// maxOwnFile is the longest file of the operator's that is read, in bytes.
const maxOwnFile = 1 << 20

// ReadOwnFile reads a small file that the operator vouches for: it must be his or
// root's, and nobody else may write to it or, if it is secret, read it.
func ReadOwnFile(path string, secret bool) ([]byte, error) {
	return readOwn(path, secret, false)
}

// readOwn is ReadOwnFile, and takes a pipe too, as a shell's <(…) is.
func readOwn(path string, secret, pipe bool) ([]byte, error) {
	flags := os.O_RDONLY | syscall.O_NOCTTY
	if !pipe {
		flags |= syscall.O_NONBLOCK
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	uid := uidOf(info)
	switch mode := info.Mode(); {
	case !mode.IsRegular() && (!pipe || mode&fs.ModeNamedPipe == 0):
		return nil, fmt.Errorf("open %s: it is no regular file", path)
	case uid != 0 && uid != uint32(os.Geteuid()):
		return nil, fmt.Errorf("open %s: it belongs to uid %d; it must be yours or root's", path, uid)
	case secret && mode.Perm()&0o077 != 0:
		return nil, fmt.Errorf("open %s: others may read it (mode %04o); chmod 600 it", path, mode.Perm())
	case mode.Perm()&0o022 != 0:
		return nil, fmt.Errorf("open %s: others may write to it (mode %04o); chmod go-w it", path, mode.Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxOwnFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxOwnFile {
		return nil, fmt.Errorf("read %s: it is larger than %d bytes", path, maxOwnFile)
	}
	return text, nil
}
