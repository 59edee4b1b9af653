package archive

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/secret"
)

// maxPassphrase is the maximum length of a passphrase, in bytes: that of gpg's prompt.
const maxPassphrase = 255

// ParsePassphrase returns the passphrase in the content of a file: without a final newline, and
// nothing else is trimmed. It refuses a passphrase that gpg would read differently from the same
// file (a second line, a zero byte), and one that cannot be typed (a carriage return at the end,
// too long).
func ParsePassphrase(file string) (secret.Text, error) {
	text := strings.TrimSuffix(file, "\n")
	var err error
	switch {
	case text == "":
		err = errors.New("it is empty")
	case strings.HasSuffix(text, "\r"):
		err = errors.New("it ends in a carriage return; save the file with Unix line endings")
	case strings.ContainsAny(text, "\n\x00"):
		err = errors.New("it must be one line without zero bytes")
	case len(text) > maxPassphrase:
		err = fmt.Errorf("it is longer than %d bytes", maxPassphrase)
	default:
		return secret.Text(text), nil
	}
	return "", fmt.Errorf("read passphrase: %w", err)
}
