package notify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

var at = time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)

// newReport returns a report about sites.
func newReport(sites ...manifest.SiteReport) *manifest.Report {
	r := &manifest.Report{Host: "web1", Agent: "1.0", Started: at, Finished: at.Add(61 * time.Second), Sites: sites}
	r.SetStatus()
	return r
}

func good(name string) manifest.SiteReport {
	return manifest.SiteReport{Name: name, Path: "/srv/" + name, Kind: manifest.Full, Status: manifest.OK}
}

func broken(name, why string) manifest.SiteReport {
	s := good(name)
	last := at.Add(-50 * time.Hour)
	s.Fail(errors.New(why))
	s.LastSuccess = &last
	return s
}

func withNotes(s manifest.SiteReport, status manifest.Status, notes ...string) manifest.SiteReport {
	s.Status = status
	list := &wordpress.Notes{}
	for _, n := range notes {
		list.Add(n)
	}
	if status == manifest.Incomplete {
		s.Unreadable = list
	} else {
		s.Warnings = list
	}
	return s
}

// rendered is the message about a report.
func rendered(r *manifest.Report, esc escape) (subject, body string) {
	return (&event{report: r}).render(esc)
}

func TestMessageNamesTheBrokenSite(t *testing.T) {
	subject, body := rendered(newReport(good("a"), good("b"), broken("shop", "connect to the database: refused"), good("d"), good("e")), plain)
	if subject != "wp-oneway on web1: 1 of 5 sites failed: shop" {
		t.Errorf("subject %q", subject)
	}
	for _, want := range []string{
		"FAILED shop (full), /srv/shop\n", "why: connect to the database: refused\n",
		"last good backup: 2026-11-28 01:00 UTC (2 days ago)\n", "what to do: examine the site and its sinks: wp-oneway doctor '/srv/shop'\n",
		"Backed up: a, b, d, e\n", "exit status 1", "took 1m1s",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the message lacks %q:\n%s", want, body)
		}
	}
}

func TestMessageOfEachResult(t *testing.T) {
	never := broken("new", "x")
	never.LastSuccess = nil
	config := broken("conf", "y")
	config.Error.Class = wordpress.Syntax
	destination := broken("two", "")
	destination.Error = nil
	destination.Destinations = []manifest.DestinationReport{
		{URL: "/backups", Status: manifest.OK},
		{URL: "s3://vault", Status: manifest.Failed, Error: &manifest.ReportError{Message: "denied"}},
	}
	locked := good("busy")
	locked.Fail(manifest.ErrLocked)
	unstarted := newReport()
	unstarted.Status, unstarted.Errors = manifest.Refused, []manifest.ReportError{{Message: "unknown key 'x'"}}
	for _, c := range []struct {
		report        *manifest.Report
		level         Level
		signal        signal
		subject, text string
	}{
		{newReport(good("a")), Info, finished, "1 site backed up", "Backed up: a"},
		{newReport(withNotes(good("a"), manifest.OK, "n1", "n2", "n3", "n4", "n5", "n6")), Warning, finished, "1 site backed up, with warnings for: a", "- n5\n  - and 1 more"},
		{newReport(good("b"), withNotes(good("a"), manifest.Incomplete, "table x")), Warning, failed, "1 of 2 sites could not be read completely: a", "- table x"},
		{newReport(locked), Warning, logged, "another run was in progress for 1 of 1 site: busy", "limits.timeout"},
		{newReport(never), Error, failed, "1 of 1 site failed: new", "last good backup: never"},
		{newReport(config), Error, failed, "failed: conf", "wp-oneway inspect '/srv/conf'"},
		{newReport(destination), Error, failed, "failed: two", "why: s3://vault: denied\n  stored nevertheless in: /backups"},
		{unstarted, Error, failed, "nothing was backed up: unknown key 'x'", "(exit status 2)\n\nERROR unknown key 'x'"},
	} {
		subject, body := rendered(c.report, plain)
		if !strings.Contains(subject, c.subject) || !strings.Contains(body, c.text) {
			t.Errorf("want %q and %q, got %q and\n%s", c.subject, c.text, subject, body)
		}
		if got := levelOf(c.report); got != c.level {
			t.Errorf("%s: level %d, want %d", c.subject, got, c.level)
		}
		if got := signalOf(c.report.Status); got != c.signal {
			t.Errorf("%s: signal %d, want %d", c.subject, got, c.signal)
		}
	}
}

func TestManySitesLeaveRoomForRealOnes(t *testing.T) {
	var sites []manifest.SiteReport
	for range 500 {
		fake := broken("aaa", strings.Repeat("long ", 2000))
		fake.LastSuccess = nil
		sites = append(sites, fake)
	}
	subject, body := rendered(newReport(append(sites, broken("zzz", "the real one"))...), chat)
	if !strings.HasPrefix(subject, "wp-oneway on web1: 501 of 501 sites failed: zzz, aaa") {
		t.Errorf("subject %q", subject)
	}
	if short := cutLines(body, defaultLimit); !strings.Contains(short, "the real one") || len(short) > defaultLimit || !strings.Contains(short, "shortened") {
		t.Errorf("%d bytes:\n%s", len(short), short)
	}
	if !strings.Contains(body, "401 more sites have problems") {
		t.Error("omitted sites are not counted")
	}
}

func TestHostileTextInMessages(t *testing.T) {
	evil := broken("x", "")
	evil.Path = "/srv/`;touch x;`'$(id)\nFAILED bank"
	evil.Error = &manifest.ReportError{Message: "a\r\nBcc: victim@example.com\r\n\r\n<!channel> @everyone <b>x</b> [click](https://evil) ||hidden|| \x1b[31m\u202e"}
	for name, esc := range map[string]escape{"plain": plain, "chat": chat} {
		subject, body := rendered(newReport(evil), esc)
		if strings.ContainsAny(subject, "\r\n") || strings.ContainsAny(body, "\r\x1b\u202e") || strings.Contains(body, "\nBcc") || strings.Contains(body, "\nFAILED bank") {
			t.Errorf("%s: control characters:\n%q", name, body)
		}
	}
	_, body := rendered(newReport(evil), chat)
	for _, active := range []string{"@", "<", ">", "](", "||", "`"} {
		if strings.Contains(body, active) {
			t.Errorf("the message for a chat contains %q:\n%s", active, body)
		}
	}
	if !strings.Contains(body, `'/srv/ˋ;touch x;ˋ'\''$(id)\u000aFAILED bank'`) {
		t.Errorf("the path is not quoted for a shell:\n%s", body)
	}
}

func TestTemplates(t *testing.T) {
	r := newReport(broken("shop", "<!channel>"))
	e := &event{report: r, templates: Templates{Subject: "<!here> {{.Host}}\n{{.ExitStatus}}", Body: `{{range .Failed}}{{.Name}}: {{.Error}}{{end}}, {{names .Failed}}, {{format .Started "2006"}}, {{.Duration}}`}}
	if subject, body := e.render(chat); subject != "<!here> web1 1" || body != "shop: ‹!channel›, shop, 2026, 1m1s" {
		t.Errorf("got %q, %q", subject, body)
	}
	e.templates = Templates{Subject: "{{index .Failed 9}}", Body: "{{.Nothing}}"}
	if subject, body := e.render(plain); !strings.Contains(subject, "failed: shop") || !strings.Contains(body, "FAILED shop") || !strings.Contains(body, "notification_body") {
		t.Errorf("a template that fails hides the message: %q\n%s", subject, body)
	}
	for _, bad := range []Templates{{Subject: "{{"}, {Body: "{{.Nothing}}"}, {Body: `{{.Started.Format "2006"}}`}} {
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), "notification_") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := (Templates{}).Check(); err != nil {
		t.Error(err)
	}
}
