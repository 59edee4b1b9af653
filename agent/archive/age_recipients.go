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

// maxKeys is the maximum size of a file of recipients or keys, in bytes.
const maxKeys = 1 << 20

// ParseAgeRecipients reads age recipients, one per line: age1…, age1pq1…, or an SSH
// public key, ssh-ed25519 or ssh-rsa. It ignores empty lines, lines that begin with #
// and duplicates. It also returns the text of each recipient, without the comment of
// an SSH key. Errors contain the number of the line but not its text, which may be a
// secret.
func ParseAgeRecipients(r io.Reader) ([]age.Recipient, []string, error) {
	data, err := readKeys(r)
	if err != nil {
		return nil, nil, fmt.Errorf("read age recipients: %w", err)
	}
	var (
		recipients []age.Recipient
		public     []string
		seen       = map[string]bool{}
	)
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		recipient, text, err := parseAgeRecipient(line)
		if err == nil {
			err = checkSealable(recipient)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read age recipients: line %d: %w", i+1, err)
		}
		if !seen[text] {
			seen[text] = true
			recipients, public = append(recipients, recipient), append(public, text)
		}
	}
	if len(recipients) == 0 {
		return nil, nil, errors.New("read age recipients: there are none; add at least one")
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
	errRecipient = errors.New("not an age recipient; recipients begin with age1, ssh-ed25519 or ssh-rsa")
)

// parseAgeRecipient returns the recipient and its text.
func parseAgeRecipient(line string) (age.Recipient, string, error) {
	switch {
	case looksSecret(line):
		return nil, "", errSecretKey
	case strings.HasPrefix(line, "age1pq1"):
		r, err := age.ParseHybridRecipient(line)
		if err != nil {
			return nil, "", errors.New("malformed age1pq1 recipient; copy the complete line")
		}
		return r, r.String(), nil
	case strings.HasPrefix(line, "age1"):
		r, err := age.ParseX25519Recipient(line)
		if err != nil {
			return nil, "", errors.New("malformed age1 recipient, or one of a plugin, which are not supported; copy the complete line")
		}
		return r, r.String(), nil
	case strings.HasPrefix(line, "ssh-"):
		return parseSSHRecipient(line)
	}
	return nil, "", errRecipient
}

// checkSealable encrypts an empty message to the recipient, so that keys that are well-formed
// but cannot be used are refused before the first backup.
func checkSealable(r age.Recipient) error {
	if _, err := age.Encrypt(io.Discard, r); err != nil {
		return fmt.Errorf("cannot seal to this key: %w", err)
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
		return nil, "", errors.New("malformed SSH public key; copy the complete line")
	}
	var r age.Recipient
	switch key.Type() {
	case ssh.KeyAlgoED25519:
		r, err = agessh.NewEd25519Recipient(key)
	case ssh.KeyAlgoRSA:
		r, err = agessh.NewRSARecipient(key)
	default:
		return nil, "", fmt.Errorf("SSH key of type %s: not supported by age; use ssh-ed25519 or ssh-rsa", key.Type())
	}
	if err != nil {
		return nil, "", fmt.Errorf("SSH key: %w", err)
	}
	return r, string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(key))), nil
}
