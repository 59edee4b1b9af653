// Package secret keeps secrets out of what people and machines read.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// A Text is a string that prints, logs and marshals as [redacted]. Only Reveal
// returns it.
type Text string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (t Text) Reveal() string { return string(t) }

// String returns [redacted].
func (Text) String() string { return redacted }

// Format prints [redacted], with every verb.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns [redacted].
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns [redacted].
func (Text) LogValue() slog.Value { return slog.StringValue(redacted) }
