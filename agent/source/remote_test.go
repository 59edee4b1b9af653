package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

var errWorkerTest = errors.New("the worker of this test gives up")

// tenant is an account without an entry in the user database.
var tenant = Owner{UID: 2001, GID: noGroup}

// hostile is the prefix of a path that makes a worker of this test misbehave.
const hostile = "hostile:"

// A behaviour is what a worker under the control of a tenant may do. say sends text to
// the parent.
type behaviour func(say func(string), files *os.File) error

// The events of an honest worker. They get the number of their order when they are sent.
const (
	someFacts    = `{"facts":{"root":"/x","home":"/"}}` + "\n"
	filesEnded   = `{"part":{"name":"files","bytes":4}}` + "\n"
	done         = `{"done":true}` + "\n"
	someFindings = `{"findings":{"files":1,"file_bytes":4,"warnings":{"total":0,"items":null},"unreadable":{"total":0,"items":null},"privileges":{"total":0,"items":null}}}` + "\n"
)

// behaviours returns the behaviours by name.
func behaviours() map[string]behaviour {
	script := func(lines ...string) behaviour {
		return func(say func(string), files *os.File) error {
			for _, line := range lines {
				if line == "DATA" {
					if _, err := files.WriteString("data"); err != nil {
						return err
					}
					if err := files.Close(); err != nil {
						return err
					}
					continue
				}
				say(line)
			}
			return nil
		}
	}
	notes := `{"total":10001,"items":["` + strings.Repeat(`x","`, 10_000) + `x"]}`
	none := `{"total":0,"items":null}`
	return map[string]behaviour{
		"honest":                 script(someFacts, "DATA", filesEnded, someFindings, done),
		"nothing at all":         script(),
		"no JSON":                script("hello\n"),
		"half an event":          script(someFacts[:20]),
		"an event of nothing":    script("{}\n"),
		"an event of two things": script(`{"facts":{},"error":{"message":"x"}}` + "\n"),
		"facts twice":            script(someFacts, someFacts),
		"an unknown part":        script(someFacts, `{"part":{"name":"other"}}`+"\n"),
		"a part twice":           script(someFacts, "DATA", filesEnded, filesEnded),
		"more than arrived":      script(someFacts, "DATA", strings.Replace(filesEnded, "4", "5", 1), someFindings),
		"less than arrived":      script(someFacts, "DATA", strings.Replace(filesEnded, "4", "3", 1), someFindings),
		"less than nothing":      script(someFacts, "DATA", strings.Replace(filesEnded, "4", "-4", 1)),
		"no end of the part":     script(someFacts, "DATA"),
		"no findings":            script(someFacts, "DATA", filesEnded),
		"too many notes":         script(someFacts, "DATA", filesEnded, `{"findings":{"warnings":`+notes+`,"unreadable":`+none+`,"privileges":`+none+"}}\n"),
		"notes beyond their sum": script(someFacts, "DATA", filesEnded, `{"findings":{"warnings":{"total":0,"items":["x"]},"unreadable":`+none+`,"privileges":`+none+"}}\n"),
		"a negative sum":         script(someFacts, "DATA", filesEnded, `{"findings":{"unreadable":{"total":-1,"items":null}}}`+"\n"),
		"a negative count":       script(someFacts, "DATA", filesEnded, `{"findings":{"files":-1}}`+"\n"),
		"rows that overflow":     script(someFacts, "DATA", filesEnded, `{"findings":{"tables":[{"rows":9223372036854775807},{"rows":2}]}}`+"\n"),
		"an error to print":      script(`{"error":{"message":"\u001b]0;owned\u0007\nsecond line"}}` + "\n"),
		"an endless event": func(say func(string), _ *os.File) error {
			for {
				say(strings.Repeat(" ", 1<<20))
			}
		},
		"a noise": func(func(string), *os.File) error {
			fmt.Fprint(os.Stderr, strings.Repeat("\x1b[31m", 1<<20))
			return errWorkerTest
		},
		"an early end":      script(someFacts, done),
		"another order":     script(strings.Replace(someFacts, "{", `{"order":7,`, 1)),
		"the last order":    script(strings.Replace(someFacts, "{", `{"order":1,`, 1)),
		"honest, then more": script(someFacts, "DATA", filesEnded, someFindings, done, someFacts),
		"honest, then dead": func(say func(string), files *os.File) error {
			_ = script(someFacts, "DATA", filesEnded, someFindings, done)(say, files)
			return io.EOF
		},
		"honest, an error":   script(`{"error":{"message":"no such site"}}`+"\n", done),
		"findings":           script(someFindings),
		"one of two answers": script(someFacts),
		"too many answers":   script(someFacts, someFacts, someFacts),
		"long answer":        script(`{"facts":{"root":"` + strings.Repeat("x", 300<<10) + `"}}` + "\n"),
		"a panic":            func(func(string), *os.File) error { panic("an unexpected panic") },
		"silence": func(func(string), *os.File) error {
			time.Sleep(time.Hour)
			return nil
		},
		"silence after the facts": func(say func(string), _ *os.File) error {
			say(someFacts)
			time.Sleep(time.Hour)
			return nil
		},
		"a trickle": func(say func(string), files *os.File) error {
			say(someFacts)
			for {
				if _, err := files.WriteString("x"); err != nil {
					return err
				}
				time.Sleep(10 * time.Millisecond)
			}
		},
		"a flood": func(say func(string), files *os.File) error {
			say(someFacts)
			for {
				if _, err := files.Write(make([]byte, 64<<10)); err != nil {
					return err
				}
			}
		},
		"lock waits": script(someFacts, `{"waiting":true}`+"\n", `{"waiting":false}`+"\n", `{"waiting":true}`+"\n", someFindings),
		"a heir": func(say func(string), files *os.File) error {
			// It outlives the worker and keeps the pipes, as one does that hangs in the kernel.
			sleep := exec.Command("/bin/sleep", "20")
			sleep.ExtraFiles = []*os.File{os.NewFile(eventsFD, ""), files}
			sleep.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			sleep.Stderr = os.Stderr
			if err := sleep.Start(); err != nil {
				return err
			}
			say(someFacts)
			time.Sleep(time.Hour)
			return nil
		},
	}
}

// testWorker is a worker: a real one, or one with a given behaviour. Only a worker with an
// honest behaviour goes on with the next order.
func testWorker(ctx context.Context) error {
	events := os.NewFile(eventsFD, "events")
	defer runtime.KeepAlive(events) // an unused file is closed
	return serve(os.NewFile(orderFD, "orders"), func(o order, streams []*os.File) error {
		path := append(o.Survey, Request{})[0].Path
		if o.Site != nil {
			path = o.Site.Path
		}
		name, is := strings.CutPrefix(path, hostile)
		if !is {
			return o.serve(ctx, events, streams)
		}
		say := func(text string) {
			if !strings.Contains(text, `"order"`) {
				text = strings.Replace(text, `{"`, fmt.Sprintf(`{"order":%d,"`, o.Number), 1)
			}
			_, _ = io.WriteString(events, text) // the parent may not read any more
		}
		err := behaviours()[name](say, append(streams, nil)[0])
		if err == nil && !strings.HasPrefix(name, "honest") {
			err = io.EOF
		}
		return err
	})
}

// readWorker starts a worker with a behaviour, and reads its output as a run does.
func readWorker(ctx context.Context, t *testing.T, name string) (text string, findings Findings, err error) {
	t.Helper()
	needRoot(t)
	r, err := openRemote(ctx, Request{Path: hostile + name, Kind: manifest.Files}, tenant, newWatchdog(ctx, 0, 0))
	if err != nil {
		return "", findings, err
	}
	defer r.Close()
	var out bytes.Buffer
	if err := r.Part(manifest.FilesStream).Write(ctx, &out); err != nil {
		return out.String(), findings, err
	}
	findings, err = r.Findings(ctx)
	return out.String(), findings, err
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a worker of another account needs root")
	}
}

func TestHonestWorker(t *testing.T) {
	text, findings, err := readWorker(t.Context(), t, "honest")
	if err != nil || text != "data" || findings.Files != 1 {
		t.Errorf("%q, %+v, %v", text, findings, err)
	}
}

// Whatever a hostile worker does, the result is an error on one line without control
// characters.
func TestHostileWorker(t *testing.T) {
	for name, want := range map[string]string{
		"nothing at all": "ended before its work was done", "no JSON": "read the worker's event", "half an event": "unexpected EOF",
		"an event of nothing": "0 messages", "an event of two things": "2 messages", "facts twice": "twice", "an unknown part": "unknown part",
		"a part twice": "twice", "more than arrived": "wrote 5 bytes, but 4 arrived", "less than arrived": "wrote 3 bytes, but 4 arrived",
		"less than nothing": "negative size", "no end of the part": "ended before", "no findings": "ended before",
		"too many notes": "10001 notes", "notes beyond their sum": "1 notes of 0", "a negative sum": "-1", "a negative count": "-1",
		"rows that overflow": "a count of", "an error to print": "owned", "an early end": "ended before", "another order": "of order 7 instead of 1", "an endless event": "more than", "a noise": "exit status 1", "a panic": "unexpected panic",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, _, err := readWorker(ctx, t, name)
			if err == nil || !strings.Contains(err.Error(), want) || ctx.Err() != nil {
				t.Fatalf("the error is %v, want one of %q", err, want)
			}
			if said := manifest.NewReportError(err).Message; strings.ContainsFunc(said, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(said) > 6<<10 {
				t.Errorf("contains control characters: %q", said)
			}
		})
	}
}

// A cancelled run ends, even if the worker cannot be killed.
func TestHangingWorker(t *testing.T) {
	for _, name := range []string{"silence", "silence after the facts", "a heir"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(errWorkerTest) })
			began := time.Now()
			_, _, err := readWorker(ctx, t, name)
			if !errors.Is(err, errWorkerTest) {
				t.Errorf("the error is %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A worker has only the owner's rights, nothing of ours, and cannot become root again.
func TestWorkerPrivileges(t *testing.T) {
	needRoot(t)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	secret, err := os.Create(filepath.Join(t.TempDir(), "credential"))
	if err != nil {
		t.Fatal(err)
	}
	defer secret.Close()
	owner := Owner{UID: 2001, GID: 2002, Groups: []uint32{2002, 2003}}
	r, err := openRemote(t.Context(), Request{Path: hostile + "silence after the facts", Kind: manifest.Files}, owner, newWatchdog(t.Context(), 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	proc := fmt.Sprintf("/proc/%d/", r.process.cmd.Process.Pid)
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.ReplaceAll(string(status), " \n", "\n"), "\n")
	for _, want := range []string{
		"Uid:\t2001\t2001\t2001\t2001", "Gid:\t2002\t2002\t2002\t2002", "Groups:\t2002 2003",
		"CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("its status lacks %q:\n%s", want, status)
		}
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	_, data, _ := strings.Cut(string(limits), "Max data size")
	var soft, hard uint64
	if n, err := fmt.Sscan(data, &soft, &hard); n != 2 || soft != hard || hard < leastMemory || hard > mostMemory {
		t.Errorf("its memory is not limited: %v\n%s", err, limits)
	}
	if environ, err := os.ReadFile(proc + "environ"); err != nil || len(environ) > 0 {
		t.Errorf("its environment: %q (%v)", environ, err)
	}
	if args, err := os.ReadFile(proc + "cmdline"); err != nil || string(args) != "/proc/self/exe\x00worker\x00" {
		t.Errorf("its arguments: %q (%v)", args, err)
	}
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	var sockets []string // that of the orders
	for _, fd := range fds {
		target, err := os.Readlink(proc + "fd/" + fd.Name())
		if strings.HasPrefix(target, "socket:") {
			sockets = append(sockets, target)
		}
		if err == nil && !strings.HasPrefix(target, "pipe:") && !strings.HasPrefix(target, "anon_inode:") && target != "/dev/null" &&
			!strings.HasPrefix(target, "/sys/fs/cgroup/") && (!strings.HasPrefix(target, "socket:") || len(sockets) > 1) { // the runtime's, which asks how many processors it may use
			t.Errorf("it has %s open", target)
		}
	}
	// In /proc, a process that only root can read belongs to root.
	if info, err := os.Stat(proc + "mem"); err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("its memory is open to another uid: %+v (%v)", info.Sys(), err)
	}
}

func TestNoWorkerRunsAsRoot(t *testing.T) {
	if err := (Owner{}).dropPrivileges(); err == nil {
		t.Error("a worker would have run as root")
	}
	if (Owner{UID: 0}).NeedsWorker() {
		t.Error("root's own site needs no worker")
	}
}

// A worker returns the same as this process does.
func TestWorkerMatchesLocalSite(t *testing.T) {
	needRoot(t)
	place := tenantSite(t)
	open(t, place.Home)
	req := Request{Path: place.Path, Home: place.Home, Kind: manifest.Files}
	var streams [2]bytes.Buffer
	var said [2][]byte
	for i, owner := range []Owner{{}, tenant} {
		s, err := Open(t.Context(), req, owner, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Part(manifest.FilesStream).Write(t.Context(), &streams[i]); err != nil {
			t.Fatal(err)
		}
		findings, err := s.Findings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if said[i], err = json.Marshal([]any{s.Facts(), findings}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(streams[0].Bytes(), streams[1].Bytes()) || streams[0].Len() == 0 {
		t.Errorf("the streams differ, of %d and %d bytes", streams[0].Len(), streams[1].Len())
	}
	if !bytes.Equal(said[0], said[1]) {
		t.Errorf("facts and findings differ:\n%s\n%s", said[0], said[1])
	}
}

// A ConfigError and the property Restartable are kept across the pipe.
func TestRemoteErrorKeepsItsKind(t *testing.T) {
	refusal := &wordpress.ConfigError{Class: wordpress.Undecidable, File: "/x/wp-config.php", Line: 3}
	for _, err := range []error{refusal, fmt.Errorf("read: %w", refusal), errRestart, errWorkerTest} {
		text, bad := json.Marshal(newRemoteError(err))
		if bad != nil {
			t.Fatal(bad)
		}
		var over remoteError
		if bad := json.Unmarshal(text, &over); bad != nil {
			t.Fatal(bad)
		}
		var class *wordpress.ConfigError
		if Restartable(&over) != Restartable(err) || errors.As(&over, &class) != errors.As(err, &class) || over.Error() != err.Error() {
			t.Errorf("%v is received as %v", err, &over)
		}
	}
	if newRemoteError(nil) != nil {
		t.Error("nil is received as an error")
	}
}
