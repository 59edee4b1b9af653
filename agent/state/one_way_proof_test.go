package state

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A proof that somebody else may have written is not valid.
func TestProofFilesWritableByOthersAreRefused(t *testing.T) {
	const url, credential = "s3://vault/web1?region=eu-central-1", "access key AKIAOURS"
	for name, path := range map[string]func(Dirs) string{
		"state":    func(d Dirs) string { return d.State },
		"verdicts": func(d Dirs) string { return filepath.Join(d.State, "verdicts") },
		"proof":    func(d Dirs) string { return d.proofPath(url) },
		"key":      func(d Dirs) string { return d.fingerprintKeyPath() },
	} {
		t.Run(name, func(t *testing.T) {
			d, now := Dirs{State: filepath.Join(t.TempDir(), "state")}, time.Now()
			if err := d.KeepProof(url, credential, OneWayProof{OneWay: true, At: now}); err != nil {
				t.Fatal(err)
			}
			if reason, err := d.CheckOneWay(url, credential, now); reason != "" || err != nil {
				t.Fatal(reason, err)
			}
			at := path(d)
			info, err := os.Stat(at)
			if err != nil {
				t.Fatal(err)
			}
			for _, more := range []os.FileMode{0o020, 0o002} {
				if err := os.Chmod(at, info.Mode()|more); err != nil {
					t.Fatal(err)
				}
				if reason, err := d.CheckOneWay(url, credential, now); err != nil || !strings.Contains(reason, "others can write to ") || !strings.Contains(reason, at) {
					t.Errorf("with mode %v: %q, %v", info.Mode()|more, reason, err)
				}
			}
			if os.Geteuid() != 0 {
				return
			}
			if err := errors.Join(os.Chmod(at, info.Mode()), os.Chown(at, 65534, -1)); err != nil {
				t.Fatal(err)
			}
			if reason, err := d.CheckOneWay(url, credential, now); err != nil || !strings.Contains(reason, "belongs to uid 65534") {
				t.Errorf("of another owner: %q, %v", reason, err)
			}
		})
	}
}

// Proofs that expired long ago are removed when another one is kept.
func TestExpiredProofsAreRemoved(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for i, at := range []time.Time{now.Add(-5 * ProofAge), now.Add(-2 * ProofAge), now} {
		if err := d.KeepProof("s3://vault", []string{"first", "second", "third"}[i], OneWayProof{OneWay: true, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := d.proofs("s3://vault"); err != nil || len(all.Proofs) != 2 {
		t.Errorf("got %+v, %v", all, err)
	}
}
