package archive

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// Age seals to the recipients, each of whom can open the stream alone. It returns an
// error if there are none, or if they cannot be combined: age refuses to mix
// post-quantum recipients with others, which would lose their protection.
func Age(recipients ...age.Recipient) (Filter, error) {
	if len(recipients) == 0 {
		return Filter{}, errors.New("seal with age: no recipients")
	}
	if _, err := age.Encrypt(io.Discard, recipients...); err != nil {
		return Filter{}, fmt.Errorf("seal with age: %w", err)
	}
	return Filter{Name: "age", Suffix: ".age", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		return age.Encrypt(w, recipients...)
	}}, nil
}
