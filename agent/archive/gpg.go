package archive

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"

	"github.com/wp-oneway/wp-oneway/secret"
)

// gpgCipher is the cipher of all OpenPGP messages. The preferences of recipients are
// ignored: every GnuPG of the last twenty years reads AES-256.
const gpgCipher = packet.CipherAES256

// gpgStretch is the number of bytes of salt and passphrase that are hashed into a key:
// the maximum of the format.
const gpgStretch = 65011712

// GPGPassphrase seals with a passphrase, as gpg --symmetric does: AES-256, an integrity
// code, no compression, and only packets that GnuPG 2.2 reads.
func GPGPassphrase(p secret.Text) (Filter, error) {
	if p == "" {
		return Filter{}, errors.New("seal with gpg: the passphrase is empty")
	}
	return gpgFilter(func(w io.Writer, sessionKey []byte) error {
		return packet.SerializeSymmetricKeyEncryptedAEADReuseKey(w, sessionKey, []byte(p.Reveal()), false, &packet.Config{
			DefaultCipher: gpgCipher,
			S2KConfig:     &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, S2KCount: gpgStretch},
		})
	}), nil
}

// GPGKeys seals to OpenPGP public keys, each of which can open the stream alone. The
// format is that of GPGPassphrase.
func GPGKeys(keys ...GPGKey) (Filter, error) {
	if len(keys) == 0 {
		return Filter{}, errors.New("seal with gpg: no keys")
	}
	return gpgFilter(func(w io.Writer, sessionKey []byte) error {
		for _, k := range keys {
			if err := packet.SerializeEncryptedKeyAEAD(w, k.key, gpgCipher, false, sessionKey, nil); err != nil {
				return fmt.Errorf("key %s: %w", k.Fingerprint, err)
			}
		}
		return nil
	}), nil
}

// gpgFilter writes OpenPGP messages. seal writes the session key, encrypted.
func gpgFilter(seal func(w io.Writer, sessionKey []byte) error) Filter {
	return Filter{Name: "gpg", Suffix: ".gpg", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		sessionKey := make([]byte, gpgCipher.KeySize())
		rand.Read(sessionKey) // never fails
		var sealed bytes.Buffer
		if err := seal(&sealed, sessionKey); err != nil {
			return nil, err
		}
		return newGPGStream(w, sealed.Bytes(), sessionKey)
	}}
}
