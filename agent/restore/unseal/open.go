package unseal

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the maximum window of a zstd frame, in bytes. It bounds the memory that a
// forged frame can use. The windows that the agent writes are smaller.
const maxWindow = 64 << 20

// Open reverses filters, given by their names in the order in which they were applied. The
// stream is complete and unchanged only if reading ends in io.EOF. Close releases
// resources; it does not close r.
func Open(r io.Reader, filters []string, k *Keys) (io.ReadCloser, error) {
	out := &opened{Reader: r}
	for i := len(filters) - 1; i >= 0; i-- {
		if err := out.reverse(filters[i], k); err != nil {
			return nil, errors.Join(err, out.Close())
		}
	}
	return out, nil
}

// An opened is the stream after all filters are reversed.
type opened struct {
	io.Reader
	closers []func()
}

// Close implements io.Closer.
func (o *opened) Close() error {
	for i := len(o.closers) - 1; i >= 0; i-- {
		o.closers[i]()
	}
	o.closers = nil
	return nil
}

func (o *opened) reverse(filter string, k *Keys) error {
	switch filter {
	case "zstd":
		d, err := zstd.NewReader(o.Reader, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(2))
		if err != nil {
			return fmt.Errorf("decompress: %w", err)
		}
		o.closers = append(o.closers, d.Close)
		o.Reader = named{"decompress", d}
	case "gzip":
		d, err := gzip.NewReader(o.Reader)
		if err != nil {
			return fmt.Errorf("decompress: %w", err)
		}
		o.Reader = named{"decompress", d}
	case "age":
		return o.age(k)
	case "gpg":
		return o.gpg(k)
	default:
		return fmt.Errorf("open the stream: the filter %.50q is unknown", filter)
	}
	return nil
}

func (o *opened) age(k *Keys) error {
	if len(k.age) == 0 {
		return needed(k, "an age identity")
	}
	d, err := age.Decrypt(o.Reader, k.age...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return errors.New("open the seal: none of the identities is one that the backup was sealed to; give the secret key of a recipient")
	}
	if err != nil {
		return fmt.Errorf("open the seal: %w", err)
	}
	o.Reader = named{"open the seal", d}
	return nil
}

func (o *opened) gpg(k *Keys) error {
	if len(k.gpg) == 0 && k.passphrase == "" {
		return needed(k, "an OpenPGP key or a passphrase")
	}
	asked := false
	message, err := openpgp.ReadMessage(o.Reader, k.gpg, func(_ []openpgp.Key, symmetric bool) ([]byte, error) {
		if asked || !symmetric || k.passphrase == "" {
			return nil, errWrongKey
		}
		asked = true
		return []byte(k.passphrase.Reveal()), nil
	}, nil)
	switch {
	case errors.Is(err, errWrongKey):
		return errWrongKey
	case err != nil:
		return fmt.Errorf("open the seal: neither the key nor the passphrase opens it: %w", err)
	case !message.IsEncrypted:
		return errors.New("open the seal: the stream is not encrypted, although its name says so")
	}
	o.Reader = named{"open the seal", message.UnverifiedBody}
	return nil
}

var errWrongKey = errors.New("open the seal: neither the key nor the passphrase is one that the backup was sealed with")

// needed returns the error for a sealed stream if no key was given, or only keys of another kind.
func needed(k *Keys, what string) error {
	if len(k.age) == 0 && len(k.gpg) == 0 && k.passphrase == "" {
		return ErrSealed
	}
	return fmt.Errorf("open the seal: the backup needs %s, and only keys of another kind were given; give it with --identity or --passphrase-file", what)
}

// A named is a reader whose errors begin with what was done.
type named struct {
	what string
	r    io.Reader
}

// Read implements io.Reader.
func (n named) Read(p []byte) (int, error) {
	count, err := n.r.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("%s: the stream ends too early", n.what)
	case err != nil && !errors.Is(err, io.EOF):
		err = fmt.Errorf("%s: %w", n.what, err)
	}
	return count, err
}
