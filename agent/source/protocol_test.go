package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
)

// honest returns events of a real worker.
func honest() []event {
	notes := wordpress.Notes{}
	notes.Add("a file: permission denied")
	return []event{
		{Facts: &Facts{Root: "/x", WordPress: "6.8", Server: &manifest.Server{Flavour: "MariaDB", Version: "11"}, Config: config.Config{DB: wordpress.Database{Name: "\xff"}}}},
		{Part: &partEnd{Name: manifest.DatabaseStream, Bytes: 12}},
		{Part: &partEnd{Name: manifest.FilesStream, Error: newRemoteError(errors.New("the disk is broken"))}},
		{Findings: &Findings{Files: 1, FileBytes: 2, Tables: []manifest.Table{{Name: "wp_posts", Rows: 3}}, Warnings: notes}},
		{Error: newRemoteError(&wordpress.ConfigError{Class: wordpress.Syntax, File: "x.php", Line: 1})},
	}
}

func TestEventRoundTrip(t *testing.T) {
	var pipe bytes.Buffer
	out := newEventWriter(&pipe, 0)
	for _, e := range honest() {
		if err := out.send(e); err != nil {
			t.Fatal(err)
		}
	}
	in := bufio.NewReaderSize(&pipe, 16) // smaller than any event
	for _, want := range honest() {
		got, err := readEvent(in, maxEvent)
		if err != nil {
			t.Fatal(err)
		}
		if mustJSON(t, got) != mustJSON(t, want) {
			t.Errorf("%s is received as %s", mustJSON(t, want), mustJSON(t, got))
		}
	}
	if _, err := readEvent(in, maxEvent); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("at the end: %v", err)
	}
}

// The largest number of notes, with the longest names.
func TestLargestFindings(t *testing.T) {
	var f Findings
	for range wordpress.MaxNotes + 5 {
		f.Warnings.Add(strings.Repeat("ü", 400) + ": changed while it was read")
		f.Unreadable.Add(strings.Repeat("ü", 400) + ": permission denied")
		f.Privileges.Add(strings.Repeat("ü", 64) + ": no SELECT")
	}
	e, err := readEvent(bufio.NewReader(strings.NewReader(mustJSON(t, event{Findings: &f})+"\n")), maxEvent)
	if err != nil || e.Findings.Warnings.Total != wordpress.MaxNotes+5 || len(e.Findings.Unreadable.Items) != wordpress.MaxNotes {
		t.Errorf("the findings: %v", err)
	}
}

// An event of many small parts takes far more memory than its text.
func TestEventWithTooManyPartsIsRefused(t *testing.T) {
	text := `{"findings":{"tables":[` + strings.Repeat("{},", maxParts+1) + `{}]}}` + "\n"
	if _, err := readEvent(bufio.NewReader(strings.NewReader(text)), maxEvent); err == nil || !strings.Contains(err.Error(), "parts") {
		t.Errorf("got %v", err)
	}
}

// FuzzReadEvent checks that whatever a worker writes is an error or a valid event, and
// that reading it ends.
func FuzzReadEvent(f *testing.F) {
	for _, e := range honest() {
		text, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append(text, '\n'))
		f.Add(text[:len(text)/2])
	}
	for _, text := range []string{"", "\n", "{}\n", "[]\n", "null\n", `{"part":{"bytes":-1}}` + "\n", `{"facts":null,"findings":{"tables":null}}` + "\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in := bufio.NewReaderSize(bytes.NewReader(text), 16)
		for n := 0; ; n++ {
			e, err := readEvent(in, maxEvent)
			if err != nil {
				return
			}
			if n > bytes.Count(text, []byte("\n")) {
				t.Fatal("there are more events than lines")
			}
			set := 0
			for _, is := range []bool{e.Facts != nil, e.Part != nil, e.Findings != nil, e.Error != nil, e.Waiting != nil, e.Done} {
				if is {
					set++
				}
			}
			if set != 1 || e.kind() == "" {
				t.Fatalf("an event has %d fields", set)
			}
			if e.Findings != nil {
				c := e.Findings.Counts()
				if c.Rows < 0 || c.Files < 0 || c.Excluded < 0 || c.Warnings < 0 || c.Unreadable < 0 || len(e.Findings.Warnings.Items) > wordpress.MaxNotes {
					t.Fatalf("the counts are %+v", c)
				}
			}
			if e.Facts != nil {
				e.Facts.TruncateVersions()
				if len(e.Facts.WordPress) > 100 {
					t.Fatalf("a version is %d bytes long", len(e.Facts.WordPress))
				}
			}
			if e.Error != nil {
				if said := e.Error.Error(); said != wordpress.Printable(said) && len(said) < 4<<10 {
					t.Fatalf("an error contains control characters: %q", said)
				}
				_ = manifest.NewReportError(e.Error)
			}
		}
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTruncateVersions(t *testing.T) {
	f := Facts{WordPress: "6.8\x1b[2J", Server: &manifest.Server{Flavour: "MariaDB", Version: strings.Repeat("ü", 200)}}
	shared := f.Server
	f.TruncateVersions()
	if f.WordPress != `6.8\u001b[2J` || f.Server.Flavour != "MariaDB" || len(f.Server.Version) > 100 || !utf8.ValidString(f.Server.Version) {
		t.Errorf("truncated: %+v %+v", f, f.Server)
	}
	if len(shared.Version) != 400 {
		t.Error("the original was changed")
	}
}

func TestStderrHead(t *testing.T) {
	var tl stderrHead
	if tl.firstLine() != "" {
		t.Errorf("of nothing: %q", tl.firstLine())
	}
	for _, text := range []string{"panic: \x1b[2J", "no\nsecond line", strings.Repeat("x", 1<<20)} {
		if n, err := tl.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := tl.firstLine(); got != `: panic: \u001b[2Jno` || tl.buf.Len() > 1<<10 {
		t.Errorf("it kept %q, %d bytes", got, tl.buf.Len())
	}
}
