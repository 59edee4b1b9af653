package main

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A gate is a proxy for the store. It delays the requests for one kind of object, before
// or after they reach the store.
type gate struct {
	url     string // of the sink, through the gate
	waiting atomic.Bool
}

// newGate returns a gate for objects whose names end in suffix. With answer, requests
// reach the store and its answers are delayed.
func newGate(t *testing.T, sink, suffix string, answer bool) *gate {
	t.Helper()
	store, err := url.Parse(shared.minio(t).Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	g, ended := &gate{}, make(chan struct{})
	hold := func(r *http.Request) {
		g.waiting.Store(true)
		select {
		case <-r.Context().Done(): // the client has closed the connection
		case <-ended:
		}
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { // the signature is for the gate's own address
			r.SetURL(store)
			r.Out.Host = r.In.Host
		},
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		ModifyResponse: func(res *http.Response) error {
			if answer && strings.HasSuffix(res.Request.URL.Path, suffix) {
				hold(res.Request)
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {},
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer && strings.HasSuffix(r.URL.Path, suffix) {
			hold(r)
			return
		}
		proxy.ServeHTTP(w, r)
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }() // until it is closed
	t.Cleanup(func() {
		close(ended)
		_ = server.Close()
	})
	before, after, _ := strings.Cut(sink, shared.minio(t).Endpoint)
	after, _, _ = strings.Cut(after, "&ca_file=")
	g.url = before + "http://" + listener.Addr().String() + after
	return g
}

// end signals the process and waits for its end.
func end(t *testing.T, cmd *exec.Cmd, signal syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state is checked later
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		<-ended
		t.Error("it does not end")
	}
}

// A run that is cancelled after its streams are stored reports its real result. It never reports
// a backup that does not exist.
func TestCancelledCommitReportsRealResult(t *testing.T) {
	s := shared.site(t)
	for _, c := range []struct {
		name, suffix string
		answer       bool
		signal       syscall.Signal
		says         string
		manifest     bool // the manifest is stored
	}{
		{"details-on-their-way", ".details.json.zst", false, syscall.SIGTERM, "terminated", false},
		{"manifest-on-its-way", ".manifest.json", false, syscall.SIGTERM, "look for x/db-backups/x-db-", false},
		{"manifest-answer-lost", ".manifest.json", true, syscall.SIGINT, "look for x/db-backups/x-db-", true},
		{"manifest-killed", ".manifest.json", false, syscall.SIGKILL, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // the cases wait most of the time
			h := newHost(t)
			direct := bucket(t, c.name)
			g := newGate(t, direct, c.suffix, c.answer)
			cmd := h.command("backup", s.Root, "--name", "x", "--kind", "db", "--to", g.url)
			var output bytes.Buffer
			cmd.Stderr = &output
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the last objects", g.waiting.Load)
			end(t, cmd, c.signal)
			if code := cmd.ProcessState.ExitCode(); code != 1 && c.signal != syscall.SIGKILL {
				t.Errorf("exit status %d, want 1", code)
			}
			if text := output.String(); !strings.Contains(text, c.says) || strings.Contains(text, "goroutine") {
				t.Errorf("it says %q, want %q", text, c.says)
			}
			manifests := 0
			for _, name := range stored(t, c.name) {
				if strings.HasSuffix(name, ".manifest.json") {
					manifests++
				}
			}
			if (manifests == 1) != c.manifest || manifests > 1 {
				t.Errorf("%d manifests", manifests)
			}
			if c.signal == syscall.SIGKILL { // a killed run must not block the next run
				h.backup(0, s.Root, "--name", "x", "--kind", "db", "--to", direct)
			}
		})
	}
}
