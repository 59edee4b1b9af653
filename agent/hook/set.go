package hook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Set is the hooks of an invocation, in the order in which they run.
type Set struct {
	Hooks []Hook
	Log   *slog.Logger
}

// Before runs the hooks before the run or a site, until one fails. site is nil for the run.
func (s *Set) Before(ctx context.Context, scope Scope, report *manifest.Report, site *manifest.SiteReport) error {
	for i := range s.Hooks {
		if h := &s.Hooks[i]; h.Before == scope {
			if err := s.run(ctx, h, report, site); err != nil {
				return err
			}
		}
	}
	return nil
}

// After runs all hooks after the run, a site or an error, even if ctx has ended. Their
// errors are joined.
func (s *Set) After(ctx context.Context, scope Scope, report *manifest.Report, site *manifest.SiteReport) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for i := range s.Hooks {
		if h := &s.Hooks[i]; h.After == scope {
			errs = append(errs, s.run(ctx, h, report, site))
		}
	}
	return errors.Join(errs...)
}

// run runs one hook.
func (s *Set) run(ctx context.Context, h *Hook, report *manifest.Report, site *manifest.SiteReport) error {
	input := *report
	if site != nil {
		input.Sites = []manifest.SiteReport{*site}
	}
	if input.Sites == nil {
		input.Sites = []manifest.SiteReport{}
	}
	text, err := input.JSON()
	if err == nil {
		err = h.execute(ctx, text, h.environment(report, site), s.Log)
	}
	if err != nil {
		return fmt.Errorf("%s (%s): %w", h.Key, h.when(), err)
	}
	return nil
}

// environment returns the variables of a hook.
func (h *Hook) environment(report *manifest.Report, site *manifest.SiteReport) []string {
	var env []string
	if h.InheritEnvironment {
		env = os.Environ()
	} else {
		env = []string{"PATH=" + searchPath, "LANG=C.UTF-8"}
		for _, name := range []string{"HOME", "USER", "LOGNAME", "TZ"} {
			if value, set := os.LookupEnv(name); set {
				env = append(env, name+"="+value)
			}
		}
	}
	set := func(name, value string) { env = append(env, "WPO_HOOK_"+name+"="+wordpress.Printable(value)) }
	when, scope := "before", h.Before
	if h.After != "" {
		when, scope = "after", h.After
	}
	set("WHEN", when)
	set("SCOPE", string(scope))
	set("HOST", report.Host)
	set("AGENT", report.Agent)
	if when == "after" || site == nil {
		status, failure := report.Status, ""
		if len(report.Errors) > 0 {
			failure = report.Errors[0].Message
		}
		if site != nil {
			status, failure = site.Status, firstError(site)
		}
		if when == "after" {
			set("STATUS", string(status))
			set("EXIT_STATUS", strconv.Itoa(status.ExitCode()))
			set("ERROR", failure)
		}
	}
	if site != nil {
		set("SITE", site.Name)
		set("PATH", site.Path)
		set("KIND", string(site.Kind))
		set("RUN", site.Run)
	}
	return env
}

// firstError is why a site failed, or its first destination that failed; "" for neither.
func firstError(site *manifest.SiteReport) string {
	if site.Error != nil {
		return site.Error.Message
	}
	for _, d := range site.Destinations {
		if d.Error != nil {
			return d.URL + ": " + d.Error.Message
		}
	}
	return ""
}
