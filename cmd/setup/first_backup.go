package setup

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// selected returns the arguments that make a command use the sites of the configuration.
func (s *Setup) selected(args ...string) []string {
	args = s.configured(args...)
	if len(s.file.sites) == 0 && !s.file.has("sites") {
		args = append(args, "--all")
	}
	return args
}

// show prints a command, and then runs it.
func (s *Setup) show(ctx context.Context, args []string) error {
	fmt.Fprintf(s.Out, "\n$ wp-oneway %s\n", strings.Join(args, " "))
	err := s.Program.Run(ctx, args...)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// doctor runs the command doctor until it finds no problem or the user continues anyway.
func (s *Setup) doctor(ctx context.Context) error {
	s.heading(5, "Check")
	s.sayf("doctor checks that the sites can be read, and that the credential can only add backups.")
	for {
		err := s.show(ctx, s.selected("doctor"))
		if failed := (*ExitError)(nil); err == nil || !errors.As(err, &failed) || s.Yes {
			return err
		}
		s.sayf("\nSome checks did not pass: see the lines above that do not begin with ok.")
		what, err := s.Terminal.Choose(ctx, "What now?", []Choice{
			{"again", "I have corrected it; check again"},
			{"continue", "continue without a correction"},
			{"stop", "stop; run wp-oneway setup later to continue"},
		})
		switch {
		case err != nil:
			return err
		case what == "stop":
			return errors.New("stopped after the check; the configuration is written; run wp-oneway setup again to continue")
		case what == "continue":
			return nil
		}
	}
}

// backup makes the first backup.
func (s *Setup) backup(ctx context.Context) error {
	s.heading(6, "First backup")
	if s.NoBackup {
		s.sayf("Left out.")
		return nil
	}
	if !s.Yes {
		yes, err := s.Terminal.Confirm(ctx, "Back up now? It takes as long as reading the sites and sending them", true)
		if err != nil || !yes {
			return err
		}
	}
	err := s.show(ctx, s.selected("backup"))
	if failed := (*ExitError)(nil); errors.As(err, &failed) && failed.Code == partial {
		s.sayf("\nThe backup is stored, but part of the sites could not be read: the lines above name it.")
		s.incomplete = err
		return nil
	}
	return err
}

// partial is the exit status of a backup that could not read everything.
const partial = 3

func checkTime(text string) error {
	if !regexp.MustCompile(`^([01]?[0-9]|2[0-3]):[0-5][0-9]$`).MatchString(text) {
		return wrongf("%q is not a time of day such as 03:30", text)
	}
	return nil
}

// schedule offers a daily backup.
func (s *Setup) schedule(ctx context.Context) error {
	s.heading(7, "Schedule")
	at := s.Daily
	switch {
	case s.NoSchedule || at == "" && s.Yes:
		s.sayf("No schedule is installed. To install one, run wp-oneway schedule install --daily 03:30")
		return nil
	case at == "":
		var err error
		at, err = s.Terminal.Ask(ctx, Question{
			Text: "Back up every day at (HH:MM), or none", Default: "03:30",
			Check: func(answer string) error {
				if answer == "none" {
					return nil
				}
				return checkTime(answer)
			},
		})
		if err != nil {
			return err
		}
		if at == "none" {
			s.sayf("No schedule is installed.")
			return nil
		}
	}
	return s.show(ctx, s.configured("schedule", "install", "--daily", at))
}
