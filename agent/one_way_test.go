package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// keyed opens an S3 sink, without contacting it, with an access key from a file.
func keyed(t *testing.T, file, address, key string) sinks.Sink {
	t.Helper()
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = "+key+"\naws_secret_access_key = hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := sinks.Parse(address + "?region=eu-central-1&credentials_file=" + file)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestProofIsForOneCredentialOneURLAndSevenDays(t *testing.T) {
	dirs := state.Dirs{State: filepath.Join(t.TempDir(), "state")}
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "credentials")
	ours := keyed(t, file, "s3://vault/web1", "AKIAOURS")
	credential, err := sinks.Credential(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		proof *state.OneWayProof
		sink  sinks.Sink
		after time.Duration
		says  string // "" when it is taken
	}{
		{"none", nil, ours, 0, "doctor has not checked it; run: wp-oneway doctor /srv/shop --to 's3://vault/web1?"},
		{"fresh", &state.OneWayProof{OneWay: true}, ours, 0, ""},
		{"7 days old", &state.OneWayProof{OneWay: true}, ours, 7 * 24 * time.Hour, ""},
		{"7 days and a second old", &state.OneWayProof{OneWay: true}, ours, 7*24*time.Hour + time.Second, "older than 7 days; run: wp-oneway doctor"},
		{"a clock that was set by a minute", &state.OneWayProof{OneWay: true}, ours, -time.Minute, ""},
		{"a clock that was set by an hour", &state.OneWayProof{OneWay: true}, ours, -time.Hour, "clock was changed"},
		{"failing", &state.OneWayProof{Failing: []string{"s3:GetObject", "s3:ListBucket"}}, ours, 0, "not one-way (s3:GetObject, s3:ListBucket)"},
		{"another URL", &state.OneWayProof{OneWay: true}, keyed(t, file, "s3://vault/web2", "AKIAOURS"), 0, "has not checked it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.RemoveAll(dirs.State); err != nil {
				t.Fatal(err)
			}
			if c.proof != nil {
				c.proof.At = at
				if err := dirs.KeepProof(sinks.Location(ours), credential, *c.proof); err != nil {
					t.Fatal(err)
				}
			}
			a := &Agent{Dirs: dirs, Now: func() time.Time { return at.Add(c.after) }}
			err := a.requireOneWay(t.Context(), Job{Place: site.Place{Path: "/srv/shop"}}, c.sink)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestProofOfAnotherCredential(t *testing.T) {
	dirs := state.Dirs{State: filepath.Join(t.TempDir(), "state")}
	a := &Agent{Dirs: dirs, Now: time.Now}
	file := filepath.Join(t.TempDir(), "credentials")
	ours := keyed(t, file, "s3://vault/web1", "AKIAOURS")
	credential, err := sinks.Credential(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	if err := dirs.KeepProof(sinks.Location(ours), credential, state.OneWayProof{OneWay: true, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	theirs := keyed(t, file, "s3://vault/web1", "AKIATHEIRS")
	if theirs.String() != ours.String() {
		t.Fatalf("the URLs differ: %s and %s", ours, theirs)
	}
	if err := a.requireOneWay(t.Context(), Job{}, theirs); err == nil || !strings.Contains(err.Error(), "only with another credential") {
		t.Errorf("with another credential: %v", err)
	}
	// No stored file reveals the credential, and no other user can read it.
	err = filepath.WalkDir(dirs.State, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "AKIA") || strings.Contains(string(text), "hunter2") {
			t.Errorf("%s holds the credential", path)
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v)", path, info, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// The fingerprint differs on another host.
	here, err := dirs.Fingerprint(credential)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := dirs.Fingerprint(credential); err != nil || again != here {
		t.Errorf("the fingerprint changes: %s, %s (%v)", here, again, err)
	}
	if there, err := (state.Dirs{State: t.TempDir()}).Fingerprint(credential); err != nil || there == here {
		t.Errorf("the fingerprint is the same on another host (%v)", err)
	}
}

func TestFolderIsNeverOneWay(t *testing.T) {
	u, err := sinks.Parse(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := &Agent{Dirs: state.Dirs{State: t.TempDir()}, Now: time.Now}
	if err := a.requireOneWay(t.Context(), Job{}, sink); err == nil || !strings.Contains(err.Error(), "a folder cannot be one-way") {
		t.Errorf("got %v", err)
	}
}

// A refusal without a proof creates no state, and its command can be pasted into a
// shell.
func TestRefusalCanBePasted(t *testing.T) {
	a := &Agent{Dirs: state.Dirs{State: filepath.Join(t.TempDir(), "state")}, Now: time.Now}
	file := filepath.Join(t.TempDir(), "credentials")
	sink := keyed(t, file, "s3://vault/o'neill", "AKIAOURS")
	err := a.requireOneWay(t.Context(), Job{Place: site.Place{Path: "/home/al ice/$(reboot)\n/it's"}}, sink)
	if err == nil {
		t.Fatal("no error")
	}
	_, line, _ := strings.Cut(err.Error(), "run: wp-oneway doctor ")
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", `printf '%s|' `+line).Output()
	if want := "/home/al ice/$(reboot)\n/it's|--to|" + sink.String() + "|"; err != nil || string(out) != want {
		t.Errorf("a shell reads %q as %q, want %q (%v)", line, out, want, err)
	}
	if _, err := os.Stat(a.Dirs.State); !os.IsNotExist(err) {
		t.Errorf("state was made (%v)", err)
	}
}
