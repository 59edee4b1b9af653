// Package unseal reverses the filters of a backup: it decrypts and decompresses. Secret keys
// belong on the machine that restores, never on a host that is backed up.
package unseal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"

	"github.com/wp-oneway/wp-oneway/secret"
)

// Keys open sealed streams. The zero value opens streams that are not sealed.
type Keys struct {
	age        []age.Identity
	gpg        openpgp.EntityList
	passphrase secret.Text
}

// ErrSealed is the error for a sealed stream when there is no key.
var ErrSealed = errors.New("the backup is sealed: give the secret key with --identity, or the passphrase with --passphrase-file")

// NewKeys reads the content of identity files: age secret keys, one per line, an SSH private
// key, or OpenPGP secret keys. The passphrase opens streams that were sealed with a passphrase,
// and keys that are themselves encrypted; "" means none. Errors never show a key.
func NewKeys(passphrase secret.Text, identities ...[]byte) (*Keys, error) {
	k := &Keys{passphrase: passphrase}
	for _, text := range identities {
		if err := k.add(text); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *Keys) add(text []byte) error {
	switch {
	case len(text) > 0 && text[0]&0x80 != 0, bytes.Contains(text, []byte("-----BEGIN PGP PRIVATE KEY")):
		return k.addGPG(text)
	case bytes.Contains(text, []byte("-----BEGIN PGP ")):
		return errors.New("it is an OpenPGP public key, which opens nothing; give the secret one (gpg --export-secret-keys)")
	case bytes.HasPrefix(text, []byte("-----BEGIN AGE ENCRYPTED FILE")), bytes.HasPrefix(text, []byte("age-encryption.org/")):
		return k.addEncryptedAge(text)
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN ")):
		return k.addSSH(text)
	case bytes.HasPrefix(text, []byte("ssh-")), bytes.HasPrefix(text, []byte("age1")):
		return errors.New("it is a public key, which opens nothing; give the secret one")
	}
	return k.addAge(text)
}

func (k *Keys) addAge(text []byte) error {
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return errors.New("it is not an age identity (AGE-SECRET-KEY-1…), an SSH private key or an OpenPGP secret key")
	}
	k.age = append(k.age, identities...)
	return nil
}

// addEncryptedAge reads identities that age encrypted with a passphrase.
func (k *Keys) addEncryptedAge(text []byte) error {
	if k.passphrase == "" {
		return errNeedsPassphrase
	}
	identity, err := age.NewScryptIdentity(k.passphrase.Reveal())
	if err != nil {
		return errors.New("the passphrase cannot be used")
	}
	var plain bytes.Buffer
	source, err := age.Decrypt(dearmored(text), identity)
	if err == nil {
		_, err = plain.ReadFrom(source)
	}
	if err != nil {
		return errWrongPassphrase
	}
	return k.addAge(plain.Bytes())
}

func dearmored(text []byte) interface{ Read([]byte) (int, error) } {
	if bytes.HasPrefix(text, []byte("-----")) {
		return armor.NewReader(bytes.NewReader(text))
	}
	return bytes.NewReader(text)
}

var (
	errNeedsPassphrase = errors.New("the key is encrypted; give its passphrase with --passphrase-file")
	errWrongPassphrase = errors.New("the passphrase does not open the key")
)

func (k *Keys) addSSH(text []byte) error {
	identity, err := agessh.ParseIdentity(text)
	if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
		return k.addEncryptedSSH(text)
	}
	if err != nil {
		return errors.New("it is not an SSH private key of type ed25519 or rsa")
	}
	k.age = append(k.age, identity)
	return nil
}

func (k *Keys) addEncryptedSSH(text []byte) error {
	if k.passphrase == "" {
		return errNeedsPassphrase
	}
	key, err := ssh.ParseRawPrivateKeyWithPassphrase(text, []byte(k.passphrase.Reveal()))
	if err != nil {
		return errWrongPassphrase
	}
	identity, err := sshIdentity(key)
	if err != nil {
		return err
	}
	k.age = append(k.age, identity)
	return nil
}

// addGPG reads OpenPGP secret keys, armored or not.
func (k *Keys) addGPG(text []byte) error {
	if text[0]&0x80 == 0 {
		block, err := pgparmor.Decode(bytes.NewReader(text))
		if err != nil {
			return errors.New("its OpenPGP armor is damaged; copy the file completely")
		}
		var body bytes.Buffer
		if _, err := body.ReadFrom(block.Body); err != nil {
			return errors.New("its OpenPGP armor is damaged; copy the file completely")
		}
		text = body.Bytes()
	}
	entities, err := openpgp.ReadKeyRing(bytes.NewReader(text))
	if err != nil || len(entities) == 0 {
		return errors.New("it holds no OpenPGP secret key that can be used")
	}
	for _, e := range entities {
		if e.PrivateKey == nil {
			return errors.New("it is an OpenPGP public key, which opens nothing; give the secret one (gpg --export-secret-keys)")
		}
		if err := k.unlock(e); err != nil {
			return err
		}
	}
	k.gpg = append(k.gpg, entities...)
	return nil
}

// unlock decrypts the secret keys of an entity.
func (k *Keys) unlock(e *openpgp.Entity) error {
	locked := e.PrivateKey.Encrypted
	for _, sub := range e.Subkeys {
		locked = locked || sub.PrivateKey != nil && sub.PrivateKey.Encrypted
	}
	if !locked {
		return nil
	}
	if k.passphrase == "" {
		return errNeedsPassphrase
	}
	if err := e.DecryptPrivateKeys([]byte(k.passphrase.Reveal())); err != nil {
		return errWrongPassphrase
	}
	return nil
}

// Passphrase reads a passphrase from the content of a file, which must be one line.
func Passphrase(text []byte) (secret.Text, error) {
	line := strings.TrimSuffix(string(text), "\n")
	if line == "" || strings.ContainsAny(line, "\n\x00") || strings.HasSuffix(line, "\r") {
		return "", fmt.Errorf("read passphrase: it must be one line without zero bytes or a carriage return")
	}
	return secret.Text(line), nil
}

func sshIdentity(key any) (age.Identity, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return agessh.NewRSAIdentity(key)
	case *ed25519.PrivateKey:
		return agessh.NewEd25519Identity(*key)
	}
	return nil, errors.New("SSH keys of this type cannot open backups; use ed25519 or rsa")
}
