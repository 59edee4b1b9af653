package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// maxKeys is how long a file of recipients or keys may be, in bytes.
const maxKeys = 1 << 20

// ParseAgeRecipients reads age recipients, one on each line: age1…, age1pq1…, or
// an SSH public key, ssh-ed25519 or ssh-rsa. Empty lines and lines that begin
// with # are passed over, and a recipient that comes again counts once. Beside
// the recipients it returns how each is written, without an SSH key's comment.
// Errors name the line and never repeat it, since it may hold a secret.
func ParseAgeRecipients(r io.Reader) ([]age.Recipient, []string, error) {
	text, err := readKeys(r)
	if err != nil {
		return nil, nil, fmt.Errorf("read age recipients: %w", err)
	}
	var (
		recipients []age.Recipient
		public     []string
		seen       = map[string]bool{}
	)
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		recipient, written, err := parseAgeRecipient(line)
		if err == nil {
			err = sealable(recipient)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read age recipients: line %d: %w", i+1, err)
		}
		if !seen[written] {
			seen[written] = true
			recipients, public = append(recipients, recipient), append(public, written)
		}
	}
	if len(recipients) == 0 {
		return nil, nil, errors.New("read age recipients: there are none")
	}
	return recipients, public, nil
}

func readKeys(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeys+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxKeys {
		return nil, fmt.Errorf("longer than %d bytes", maxKeys)
	}
	return text, nil
}

var (
	errSecretKey = errors.New("this is a secret key, which must not be on this machine; give the public one (age-keygen -y, ssh-keygen -y)")
	errRecipient = errors.New("no age recipient; one begins with age1, ssh-ed25519 or ssh-rsa")
)

// parseAgeRecipient returns the recipient and how it is written.
func parseAgeRecipient(line string) (age.Recipient, string, error) {
	switch {
	case looksSecret(line):
		return nil, "", errSecretKey
	case strings.HasPrefix(line, "age1pq1"):
		r, err := age.ParseHybridRecipient(line)
		if err != nil {
			return nil, "", errors.New("malformed age1pq1 recipient; copy it whole")
		}
		return r, r.String(), nil
	case strings.HasPrefix(line, "age1"):
		r, err := age.ParseX25519Recipient(line)
		if err != nil {
			return nil, "", errors.New("malformed age1 recipient, or one of a plugin, which are not supported; copy it whole")
		}
		return r, r.String(), nil
	case strings.HasPrefix(line, "ssh-"):
		return parseSSHRecipient(line)
	}
	return nil, "", errRecipient
}

// sealable finds out now what would fail each backup: keys that are well written,
// and of a kind that nothing can be sealed to.
func sealable(r age.Recipient) error {
	if _, err := age.Encrypt(io.Discard, r); err != nil {
		return fmt.Errorf("nothing can be sealed to this key: %w", err)
	}
	return nil
}

func looksSecret(line string) bool {
	upper := strings.ToUpper(line)
	return strings.Contains(upper, "AGE-SECRET-KEY-") || strings.Contains(upper, "PRIVATE KEY")
}

func parseSSHRecipient(line string) (age.Recipient, string, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil, "", errors.New("malformed SSH public key; copy it whole")
	}
	var r age.Recipient
	switch key.Type() {
	case ssh.KeyAlgoED25519:
		r, err = agessh.NewEd25519Recipient(key)
	case ssh.KeyAlgoRSA:
		r, err = agessh.NewRSARecipient(key)
	default:
		return nil, "", fmt.Errorf("SSH key of type %s; age seals to ssh-ed25519 and ssh-rsa", key.Type())
	}
	if err != nil {
		return nil, "", fmt.Errorf("SSH key: %w", err)
	}
	return r, string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(key))), nil
}
