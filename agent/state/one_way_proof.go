package state

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

const (
	// ProofAge is how long a proof is valid.
	ProofAge = 7 * 24 * time.Hour
	// clockTolerance is how far in the future a proof may be dated, for a clock that
	// was corrected.
	clockTolerance = 5 * time.Minute
)

// A OneWayProof is the doctor's result for one sink with one credential: that it is
// one-way, or that it is not.
type OneWayProof struct {
	OneWay  bool      `json:"one_way"`
	At      time.Time `json:"at"`
	Agent   string    `json:"agent"`
	Folders []string  `json:"folders"`
	Failing []string  `json:"failing,omitempty"` // names of the checks that failed
}

// proofFile holds the proofs about one place, by the credential's fingerprint.
type proofFile struct {
	Version int                    `json:"version"`
	Place   string                 `json:"place"` // as sinks.Location returns it
	Proofs  map[string]OneWayProof `json:"verdicts"`
}

// Fingerprint identifies a credential, which is given by its parts that are not
// secret. It is keyed with a secret of this host and means nothing elsewhere.
func (d Dirs) Fingerprint(credential string) (string, error) {
	print, err := d.fingerprint(credential)
	if errors.Is(err, fs.ErrNotExist) {
		if err = d.createFingerprintKey(); err == nil {
			print, err = d.fingerprint(credential)
		}
	}
	if err != nil {
		return "", fmt.Errorf("read the fingerprint key: %w", err)
	}
	return print, nil
}

// fingerprint is Fingerprint without creating the key.
func (d Dirs) fingerprint(credential string) (string, error) {
	secret, err := os.ReadFile(d.fingerprintKeyPath())
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(credential))
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

func (d Dirs) fingerprintKeyPath() string { return filepath.Join(d.State, "fingerprint.key") }

// createFingerprintKey creates the key, unless another process has created it first.
func (d Dirs) createFingerprintKey() error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	if err := makeFolder(d.State); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(d.State, ".fingerprint-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // the link below is the file's other name
	_, err = tmp.Write(secret)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), d.fingerprintKeyPath()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (d Dirs) proofPath(place string) string {
	return filepath.Join(d.State, "verdicts", fileName(place)+".json")
}

// proofs reads the proofs about a place. A file that cannot be decoded counts as
// having none.
func (d Dirs) proofs(place string) (proofFile, error) {
	none := proofFile{Version: manifest.Version, Place: place, Proofs: map[string]OneWayProof{}}
	text, err := os.ReadFile(d.proofPath(place))
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read the doctor's result: %w", err)
	}
	var f proofFile
	if err := json.Unmarshal(text, &f); err != nil || f.Version != manifest.Version || f.Place != place || f.Proofs == nil {
		return none, nil //nolint:nilerr // see above
	}
	return f, nil
}

// KeepProof stores a proof, and removes those that expired long ago.
func (d Dirs) KeepProof(place, credential string, p OneWayProof) error {
	print, err := d.Fingerprint(credential)
	if err != nil {
		return err
	}
	all, err := d.proofs(place)
	if err != nil {
		return err
	}
	for other, old := range all.Proofs {
		if p.At.Sub(old.At) > 4*ProofAge {
			delete(all.Proofs, other)
		}
	}
	all.Proofs[print] = p
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the doctor's result: %w", err)
	}
	path := d.proofPath(place)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("create the folder of the doctor's results: %w", err)
	}
	if err := renameio.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the doctor's result: %w", err)
	}
	return nil
}

// CheckOneWay returns why there is no valid proof that the place is one-way with
// this credential; "" if there is one. It does not use the sink.
func (d Dirs) CheckOneWay(place, credential string, now time.Time) (reason string, err error) {
	if err := d.checkWriters(place); err != nil {
		return err.Error(), nil //nolint:nilerr // it is the reason
	}
	print, err := d.fingerprint(credential)
	if errors.Is(err, fs.ErrNotExist) {
		return "doctor has not checked it", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the fingerprint key: %w", err)
	}
	all, err := d.proofs(place)
	if err != nil {
		return "", err
	}
	p, ok := all.Proofs[print]
	day := p.At.Local().Format("2 January 15:04")
	switch age := now.Sub(p.At); {
	case !ok && len(all.Proofs) > 0:
		return "the doctor has examined it only with another credential", nil
	case !ok:
		return "doctor has not checked it", nil
	case !p.OneWay:
		return fmt.Sprintf("the doctor found on %s that it is not one-way (%s)", day, strings.Join(p.Failing, ", ")), nil
	case age > ProofAge:
		return fmt.Sprintf("the doctor's result of %s is older than 7 days", day), nil
	case age < -clockTolerance:
		return fmt.Sprintf("the doctor's result is dated %s, in the future: this host's clock was changed", day), nil
	}
	return "", nil
}

// checkWriters fails if somebody else can write to the files that make up a
// proof: they could write a false proof.
func (d Dirs) checkWriters(place string) error {
	for _, path := range []string{d.fingerprintKeyPath(), d.proofPath(place)} {
		if err := operator.Check(path, operator.Everybody); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the doctor's result cannot be trusted: %w", err)
		}
	}
	return nil
}
