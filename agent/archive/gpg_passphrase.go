package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// maxPassphrase is how long a passphrase may be, in bytes: what gpg's own prompt
// takes.
const maxPassphrase = 255

// A Passphrase seals streams and opens them again. It prints, logs and marshals
// as [redacted].
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

// ReadPassphrase reads a passphrase, to the end of r and without the newline
// that may end it; nothing else is trimmed. It refuses what gpg would take for
// another passphrase when it reads the same file (a second line, a byte of
// zero) or could not be typed (a carriage return at the end, too long).
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
		err = errors.New("it ends in a carriage return; save the file with Unix line ends")
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
