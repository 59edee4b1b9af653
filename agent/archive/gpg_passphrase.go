package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// maxPassphrase is the maximum length of a passphrase, in bytes: that of gpg's prompt.
const maxPassphrase = 255

// A Passphrase seals streams. It is printed, logged and marshalled as [redacted].
type Passphrase struct{ secret string }

const redacted = "[redacted]"

// String returns [redacted].
func (Passphrase) String() string { return redacted }

// GoString returns [redacted].
func (Passphrase) GoString() string { return redacted }

// MarshalText returns [redacted].
func (Passphrase) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns [redacted].
func (Passphrase) LogValue() slog.Value { return slog.StringValue(redacted) }

// ReadPassphrase reads a passphrase from all of r, without a final newline; nothing else
// is trimmed. It refuses a passphrase that gpg would read differently from the same file
// (a second line, a zero byte), and one that cannot be typed (a carriage return at the
// end, too long).
func ReadPassphrase(r io.Reader) (Passphrase, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPassphrase+2))
	if err != nil {
		return Passphrase{}, fmt.Errorf("read passphrase: %w", err)
	}
	text, _ = bytes.CutSuffix(text, []byte("\n"))
	switch {
	case len(text) == 0:
		err = errors.New("it is empty")
	case bytes.HasSuffix(text, []byte("\r")):
		err = errors.New("it ends in a carriage return; save the file with Unix line endings")
	case bytes.ContainsAny(text, "\n\x00"):
		err = errors.New("it must be one line without zero bytes")
	case len(text) > maxPassphrase:
		err = fmt.Errorf("it is longer than %d bytes", maxPassphrase)
	}
	if err != nil {
		return Passphrase{}, fmt.Errorf("read passphrase: %w", err)
	}
	return Passphrase{string(text)}, nil
}
