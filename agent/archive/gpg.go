package archive

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
)

// gpgCipher is the cipher of every OpenPGP message here. Recipients' preferences
// are not asked: every GnuPG of the last twenty years reads AES-256.
const gpgCipher = packet.CipherAES256

// gpgStretch is how many bytes of salt and passphrase are hashed into a key, the
// most that the format knows.
const gpgStretch = 65011712

// GPGPassphrase seals with a passphrase, as gpg --symmetric does: AES-256, an
// integrity code, no compression, none of the newer packets that GnuPG 2.2 does
// not read.
func GPGPassphrase(p Passphrase) (Filter, error) {
	if p.secret == "" {
		return Filter{}, errors.New("seal with gpg: the passphrase is empty")
	}
	return gpgFilter(func(w io.Writer, sessionKey []byte) error {
		return packet.SerializeSymmetricKeyEncryptedAEADReuseKey(w, sessionKey, []byte(p.secret), false, &packet.Config{
			DefaultCipher: gpgCipher,
			S2KConfig:     &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, S2KCount: gpgStretch},
		})
	}), nil
}

// GPGKeys seals to OpenPGP public keys, each of which can open the stream alone.
// The message is as GPGPassphrase's.
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

// gpgFilter makes OpenPGP messages whose session key seal writes, sealed.
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
