package archive

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

const armorBegin = "-----BEGIN PGP "

// A GPGKey is an OpenPGP public key that can be sealed to.
type GPGKey struct {
	// Fingerprint is the primary key's, in upper-case hexadecimal.
	Fingerprint string
	key         *packet.PublicKey // the subkey that encrypts
}

// ParseGPGKeys reads public keys in the format of gpg --export, with or without --armor,
// in any number of armored blocks. It uses the newest subkey of each key that may
// encrypt at the time now. It returns an error for a key that is expired, revoked or
// secret, that cannot encrypt, or that this package or GnuPG cannot use.
func ParseGPGKeys(r io.Reader, now time.Time) ([]GPGKey, error) {
	data, err := readKeys(r)
	if err != nil {
		return nil, fmt.Errorf("read gpg keys: %w", err)
	}
	blocks, err := dearmor(data)
	if err != nil {
		return nil, fmt.Errorf("read gpg keys: %w", err)
	}
	var keys []GPGKey
	for _, block := range blocks {
		packets := packet.NewReader(bytes.NewReader(block))
		for {
			entity, err := openpgp.ReadEntity(packets)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read gpg keys: %w", err)
			}
			key, err := gpgKey(entity, now)
			if err != nil {
				return nil, fmt.Errorf("read gpg keys: %w", err)
			}
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("read gpg keys: there are none; add at least one")
	}
	return keys, nil
}

// HoldsGPGKeys reports whether text is input for ParseGPGKeys (OpenPGP armor or binary
// packets) and not for ParseAgeRecipients.
func HoldsGPGKeys(text []byte) bool {
	return isBinary(text) || bytes.Contains(text, []byte(armorBegin))
}

// isBinary reports whether text is OpenPGP packets, whose first bit is set.
func isBinary(text []byte) bool {
	return len(text) > 0 && text[0]&0x80 != 0 && !utf8.Valid(text)
}

// dearmor returns the binary content of every armored block, or data itself if it is
// binary.
func dearmor(data []byte) ([][]byte, error) {
	if isBinary(data) {
		return [][]byte{data}, nil
	}
	var blocks [][]byte
	// armor.Decode would read beyond the block if the reader were not buffered.
	for r := bufio.NewReader(bytes.NewReader(data)); ; {
		block, err := armor.Decode(r)
		if errors.Is(err, io.EOF) {
			if begun := bytes.Count(data, []byte(armorBegin)); begun != len(blocks) {
				return nil, fmt.Errorf("%d of %d armored blocks are malformed; copy them completely", begun-len(blocks), begun)
			}
			return blocks, nil
		}
		if err != nil {
			return nil, err
		}
		if block.Type == openpgp.PrivateKeyType {
			return nil, errSecretGPGKey
		}
		if block.Type != openpgp.PublicKeyType {
			return nil, fmt.Errorf("%q is not a public key; use gpg --export --armor", block.Type)
		}
		body, err := io.ReadAll(block.Body)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, body)
	}
}

var errSecretGPGKey = errors.New("this is a secret key, which must not be on this machine; give the public one (gpg --export)")

func gpgKey(e *openpgp.Entity, now time.Time) (GPGKey, error) {
	fingerprint := strings.ToUpper(hex.EncodeToString(e.PrimaryKey.Fingerprint))
	if e.PrivateKey != nil {
		return GPGKey{}, errSecretGPGKey
	}
	if e.PrimaryKey.Version != 4 {
		return GPGKey{}, fmt.Errorf("key %s: version %d is not supported by GnuPG; use a key of version 4", fingerprint, e.PrimaryKey.Version)
	}
	key, err := e.EncryptionKeyWithError(now, &packet.Config{InsecureAllowAllKeyFlagsWhenMissing: true})
	if err != nil {
		return GPGKey{}, fmt.Errorf("key %s: cannot seal to it: %s", fingerprint, printable(err.Error()))
	}
	return GPGKey{Fingerprint: fingerprint, key: key.PublicKey}, nil
}

// printable removes control characters, which the library's errors may contain.
func printable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text))
}
