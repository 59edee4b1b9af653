package manifest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

var errDisk = errors.New("the disk is broken")

func TestMostSevereStatus(t *testing.T) {
	for _, c := range []struct {
		sites []Status
		want  Status
		code  int
	}{
		{nil, OK, 0},
		{[]Status{OK, Planned, Ignored}, OK, 0},
		{[]Status{OK, Locked}, Locked, 75},
		{[]Status{Locked, Incomplete}, Incomplete, 3},
		{[]Status{Incomplete, Failed, Locked}, Failed, 1},
		{[]Status{Refused, Failed}, Refused, 2},
	} {
		var r Report
		for _, s := range c.sites {
			r.Sites = append(r.Sites, SiteReport{Status: s})
		}
		r.SetStatus()
		if r.Status != c.want || r.Status.ExitCode() != c.code {
			t.Errorf("%v: %s, exit status %d", c.sites, r.Status, r.Status.ExitCode())
		}
	}
}

func TestStatusOfError(t *testing.T) {
	refusal := &wordpress.ConfigError{Class: wordpress.Unsafe}
	for _, c := range []struct {
		err   error
		want  Status
		class wordpress.Class
	}{
		{errDisk, Failed, ""},
		{Usagef("name %q", "x"), Refused, ""},
		{fmt.Errorf("y: %w", ErrLocked), Locked, ""},
		{fmt.Errorf("read: %w", refusal), Failed, wordpress.Unsafe},
	} {
		var r SiteReport
		r.Fail(c.err)
		if r.Status != c.want || r.Error.Class != c.class {
			t.Errorf("%v: %s, %+v", c.err, r.Status, r.Error)
		}
	}
	if NewReportError(nil) != nil {
		t.Error("no error is reported as one")
	}
}

func TestSeveralErrorsOnOneLine(t *testing.T) {
	if got := NewReportError(errors.Join(errDisk, errors.New("and another\r"))).Message; got != errDisk.Error()+`; and another\u000d` {
		t.Errorf("reported as %q", got)
	}
}

func TestErrorOutsideOfTheSites(t *testing.T) {
	for before, want := range map[Status]Status{OK: Failed, Locked: Failed, Incomplete: Failed, Failed: Failed, Refused: Refused} {
		r := Report{Status: before}
		r.Fail(errDisk)
		if r.Status != want || len(r.Errors) != 1 || r.Errors[0].Message != errDisk.Error() {
			t.Errorf("after %s: %s, %+v", before, r.Status, r.Errors)
		}
	}
}
