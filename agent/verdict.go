package agent

import (
	"context"
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
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/wp-oneway/wp-oneway/sinks"
)

const (
	// VerdictAge is how long a doctor's verdict is good for.
	VerdictAge = 7 * 24 * time.Hour
	// verdictSlack is how far in the future a verdict may be, for clocks that are set.
	verdictSlack = 5 * time.Minute
)

// A Verdict is what the doctor found of one sink and one credential.
type Verdict struct {
	OneWay  bool      `json:"one_way"`
	At      time.Time `json:"at"`
	Agent   string    `json:"agent"`
	Folders []string  `json:"folders"`
	Failing []string  `json:"failing,omitempty"` // the checks that did not hold
}

// verdicts are what is remembered of one URL, by the credential's fingerprint.
type verdicts struct {
	Version  int                `json:"version"`
	URL      string             `json:"url"`
	Verdicts map[string]Verdict `json:"verdicts"`
}

// Fingerprint stands for a credential, named by what of it is no secret. It is
// keyed with a secret of this host's, so that it tells nothing elsewhere.
func (d Dirs) Fingerprint(credential string) (string, error) {
	print, err := d.fingerprint(credential)
	if errors.Is(err, fs.ErrNotExist) {
		if err = d.newSecret(); err == nil {
			print, err = d.fingerprint(credential)
		}
	}
	if err != nil {
		return "", fmt.Errorf("read the fingerprints' key: %w", err)
	}
	return print, nil
}

// fingerprint is Fingerprint where the secret was made already.
func (d Dirs) fingerprint(credential string) (string, error) {
	secret, err := os.ReadFile(d.secretPath())
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(credential))
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

func (d Dirs) secretPath() string { return filepath.Join(d.State, "fingerprint.key") }

// newSecret makes the key, unless somebody was quicker.
func (d Dirs) newSecret() error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	if err := os.MkdirAll(d.State, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(d.State, ".fingerprint-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // a second name of it
	_, err = tmp.Write(secret)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), d.secretPath()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (d Dirs) verdictPath(url string) string {
	return filepath.Join(d.State, "verdicts", key(url)+".json")
}

func (d Dirs) verdicts(url string) (verdicts, error) {
	none := verdicts{Version: formatVersion, URL: url, Verdicts: map[string]Verdict{}}
	text, err := os.ReadFile(d.verdictPath(url))
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read the doctor's verdict: %w", err)
	}
	var v verdicts
	if err := json.Unmarshal(text, &v); err != nil || v.Version != formatVersion || v.URL != url || v.Verdicts == nil {
		return none, nil //nolint:nilerr // what cannot be read is no verdict
	}
	return v, nil
}

// guarded refuses to take the word of files that others may write: who can write a
// verdict can do without the doctor.
func (d Dirs) guarded(url string) error {
	for _, path := range []string{d.State, filepath.Join(d.State, "verdicts"), d.secretPath(), d.verdictPath(url)} {
		i, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read the doctor's verdict: %w", err)
		}
		if i.Mode().Perm()&0o022 != 0 {
			return fmt.Errorf("others may write to %s (mode %#o), so its verdict is worth nothing; chmod go-w it, look who did", path, i.Mode().Perm())
		}
		if stat, ok := i.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid() {
			return fmt.Errorf("%s belongs to uid %d, so its verdict is worth nothing; let it belong to this account", path, stat.Uid)
		}
	}
	return nil
}

// KeepVerdict remembers a verdict, and forgets those that are no use any more.
func (d Dirs) KeepVerdict(url, credential string, v Verdict) error {
	print, err := d.Fingerprint(credential)
	if err != nil {
		return err
	}
	all, err := d.verdicts(url)
	if err != nil {
		return err
	}
	for other, old := range all.Verdicts {
		if v.At.Sub(old.At) > 4*VerdictAge {
			delete(all.Verdicts, other)
		}
	}
	all.Verdicts[print] = v
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the doctor's verdict: %w", err)
	}
	path := d.verdictPath(url)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of verdicts: %w", err)
	}
	if err := renameio.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the doctor's verdict: %w", err)
	}
	return nil
}

// requireOneWay refuses a sink that the doctor has not found one-way with this
// credential lately. It asks nothing of the sink.
func (a *Agent) requireOneWay(ctx context.Context, job Job, sink sinks.Sink) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("refused by --require-one-way: %s; run: wp-oneway doctor %s --to %s", fmt.Sprintf(format, args...), sinks.Quote(job.Place.Path), sinks.Quote(sink.String()))
	}
	if _, ok := sinks.As[sinks.Authenticator](sink); !ok {
		return fmt.Errorf("refused by --require-one-way: a folder cannot be one-way; leave it out, or say require_one_way: false for it in the configuration")
	}
	credential, err := sinks.Credential(ctx, sink)
	if err != nil {
		return err
	}
	if err := a.Dirs.guarded(sink.String()); err != nil {
		return refuse("%s", err)
	}
	print, err := a.Dirs.fingerprint(credential)
	if errors.Is(err, fs.ErrNotExist) {
		return refuse("the doctor has not examined it")
	}
	if err != nil {
		return fmt.Errorf("read the fingerprints' key: %w", err)
	}
	all, err := a.Dirs.verdicts(sink.String())
	if err != nil {
		return err
	}
	v, ok := all.Verdicts[print]
	day := v.At.Local().Format("2 January 15:04")
	switch age := a.Now().Sub(v.At); {
	case !ok && len(all.Verdicts) > 0:
		return refuse("the doctor has examined it with another credential only")
	case !ok:
		return refuse("the doctor has not examined it")
	case !v.OneWay:
		return refuse("the doctor found on %s that it is not one-way (%s)", day, strings.Join(v.Failing, ", "))
	case age > VerdictAge:
		return refuse("the doctor's verdict of %s is older than 7 days", day)
	case age < -verdictSlack:
		return refuse("the doctor's verdict is of %s, which is still to come: this host's clock was changed", day)
	}
	return nil
}
