package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// Sealing is how archives are compressed and sealed.
type Sealing struct {
	Compression    string // zstd, gzip or none
	Level          int    // 0 is the default of the compression
	Recipients     []string
	RecipientsFile string // age or SSH recipients, one per line, or OpenPGP public keys
	PassphraseFile string // a passphrase for OpenPGP, on one line
	Passphrase     secret.Text
}

// Filters returns the filters of a backup, and the manifest's entry about the
// sealing: nil if there is none. Errors never show the content of a file.
func (s Sealing) Filters(ctx context.Context) ([]archive.Filter, *manifest.Seal, error) {
	filters, err := archive.Compression(s.Compression, s.Level)
	if err != nil {
		return nil, nil, err
	}
	sealed := len(s.Recipients) > 0 || s.RecipientsFile != ""
	switch {
	case s.PassphraseFile != "" && s.Passphrase != "":
		return nil, nil, errors.New("seal: a passphrase and a passphrase file cannot be combined; remove one of them")
	case sealed && (s.PassphraseFile != "" || s.Passphrase != ""):
		return nil, nil, errors.New("seal: recipients and a passphrase cannot be combined; remove one of them")
	case sealed:
		filter, seal, err := s.age(ctx)
		return append(filters, filter), seal, err
	case s.PassphraseFile != "" || s.Passphrase != "":
		filter, seal, err := s.gpg()
		return append(filters, filter), seal, err
	}
	return filters, nil, nil
}

// age seals to the recipients. The file may hold OpenPGP keys instead.
func (s Sealing) age(ctx context.Context) (archive.Filter, *manifest.Seal, error) {
	text := strings.Join(s.Recipients, "\n")
	if s.RecipientsFile != "" {
		file, err := operator.ReadFileOrPipe(ctx, s.RecipientsFile, operator.Everybody)
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
	return filter, &manifest.Seal{Type: "age", Recipients: public}, err
}

// gpgKeys seals to OpenPGP public keys.
func gpgKeys(text string) (archive.Filter, *manifest.Seal, error) {
	keys, err := archive.ParseGPGKeys(strings.NewReader(text), time.Now())
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("recipients: %w", err)
	}
	seal := &manifest.Seal{Type: "gpg"}
	for _, k := range keys {
		seal.Recipients = append(seal.Recipients, k.Fingerprint)
	}
	filter, err := archive.GPGKeys(keys...)
	return filter, seal, err
}

// gpg seals with a passphrase.
func (s Sealing) gpg() (archive.Filter, *manifest.Seal, error) {
	where, text := "passphrase", s.Passphrase.Reveal()
	if s.PassphraseFile != "" {
		file, err := operator.ReadFile(s.PassphraseFile, operator.Nobody)
		if err != nil {
			return archive.Filter{}, nil, fmt.Errorf("passphrase_file: %w", err)
		}
		where, text = "passphrase_file "+s.PassphraseFile, string(file)
	}
	passphrase, err := archive.ParsePassphrase(text)
	if err != nil {
		return archive.Filter{}, nil, fmt.Errorf("%s: %w", where, err)
	}
	filter, err := archive.GPGPassphrase(passphrase)
	return filter, &manifest.Seal{Type: "gpg"}, err
}
