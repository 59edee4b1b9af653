// Package setup guides a user who has just installed wp-oneway to a first backup. It asks
// questions, explains, writes the configuration, and runs the other commands. It makes and
// examines backups only through those commands.
package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// Options are the answers that were given as arguments and flags.
type Options struct {
	Paths         []string // of sites; empty means all sites of the host, or that setup asks
	All           bool
	To            string // URL of the sink
	KeyID         string // of the sink's access key
	SecretFile    string // file with the secret of the access key
	Recipient     string // age public key
	NoEncryption  bool
	NoBackup      bool
	Daily         string // time of the schedule, such as 03:30
	NoSchedule    bool
	Yes           bool // ask nothing: use the answers and the defaults
	Config        string
	ConfigDefault bool // Config is the file that the other commands find by default
	Host          string
}

// A Program runs the other commands of wp-oneway.
type Program struct {
	// Run runs a command, which prints to the terminal. If the command fails, the error is an
	// *ExitError.
	Run func(ctx context.Context, args ...string) error
	// Output runs a command, and returns its standard output.
	Output func(ctx context.Context, args ...string) ([]byte, error)
}

// An ExitError is the exit status of a command. Text says why it failed; "" means that the
// command has already told the user.
type ExitError struct {
	Code int
	Text string
}

func (e *ExitError) Error() string {
	if e.Text != "" {
		return e.Text
	}
	return fmt.Sprintf("exit status %d", e.Code)
}

// An AnswerError is the error about an answer that is missing or wrong.
type AnswerError struct{ cause error }

func (e *AnswerError) Error() string { return e.cause.Error() }
func (e *AnswerError) Unwrap() error { return e.cause }

func wrongf(format string, args ...any) error { return &AnswerError{fmt.Errorf(format, args...)} }

// A Setup is one conversation with the user.
type Setup struct {
	Options
	Program
	Terminal *Terminal // nil with Yes
	Out      io.Writer // for explanations; if there is a terminal, the terminal

	file    *file
	newKeys *keyFile // the credentials file to write beside the configuration; nil for none

	incomplete error // the exit status of a backup that could not read everything
}

// Run asks for the missing answers, writes the configuration, and makes the first backup. It
// changes nothing on this host before it writes the configuration.
func (s *Setup) Run(ctx context.Context) error {
	if err := s.check(); err != nil {
		return err
	}
	var err error
	if s.file, err = readFile(s.Config); err != nil {
		return err
	}
	if s.file.exists {
		s.sayf("Existing settings are kept, and only missing ones are added: the configuration is %s.", s.Config)
		if _, err := s.Output(ctx, s.configured("config", "validate")...); err != nil {
			return fmt.Errorf("read %s: it is not valid; correct it, and run setup again: %w", s.Config, err)
		}
	}
	for _, step := range []func(context.Context) error{s.sites, s.destination, s.encryption, s.write, s.doctor, s.backup, s.schedule} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	s.sayf("\nDone. Next: wp-oneway status shows when each site was last backed up.")
	s.sayf("Try a restore soon, on another machine: docs/restore.md says how.")
	return s.incomplete
}

// check refuses answers that exclude each other. Without a terminal, it also refuses missing
// answers.
func (s *Setup) check() error {
	switch {
	case len(s.Paths) > 0 && s.All:
		return wrongf("PATH and --all exclude each other; give one of them")
	case s.Recipient != "" && s.NoEncryption:
		return wrongf("--recipient and --no-encryption exclude each other; give one of them")
	case s.Daily != "" && s.NoSchedule:
		return wrongf("--daily and --no-schedule exclude each other; give one of them")
	case (s.KeyID == "") != (s.SecretFile == ""):
		return wrongf("--key-id and --secret-file belong together; give both or none")
	case !s.Yes && s.Terminal == nil:
		return wrongf("setup asks questions on a terminal, and there is none; give the answers as flags, with --yes")
	}
	if s.Daily != "" {
		return checkTime(s.Daily)
	}
	return nil
}

// configured returns the arguments that make a command read the configuration.
func (s *Setup) configured(args ...string) []string {
	if s.ConfigDefault {
		return args
	}
	return append([]string{"--config", s.Config}, args...)
}

func (s *Setup) sayf(format string, args ...any) {
	fmt.Fprintln(s.Out, wrap(fmt.Sprintf(format, args...)))
}

// A foundSite is one site in the output of `sites --json`.
type foundSite struct {
	Name, Path, Status, Reason string
}

// sites asks which sites to back up.
func (s *Setup) sites(ctx context.Context) error {
	s.heading(1, "Sites")
	switch {
	case s.file.has("sites"):
		s.sayf("The configuration names the sites.")
		return nil
	case s.file.has("sinks") && len(s.Paths) == 0:
		s.sayf("The configuration contains sinks and no sites, so all sites of this host are backed up.")
		return nil
	case len(s.Paths) > 0:
		found, err := s.find(ctx, s.Paths...)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return wrongf("no WordPress in %s; give the folder that holds wp-config.php", strings.Join(s.Paths, ", "))
		}
		s.list(found)
		s.file.sites = pathsOf(found)
		return nil
	}
	s.sayf("Searching this host for sites…")
	found, err := s.find(ctx)
	if err != nil {
		return err
	}
	s.list(found)
	switch {
	case s.All || s.Yes:
		if len(found) == 0 {
			return errors.New("no site was found in the known places; give its PATH: wp-oneway setup PATH")
		}
		return nil
	case len(found) == 0:
		s.sayf("No site was found in the places where hosts usually have them.")
		return s.askPath(ctx)
	}
	return s.askSites(ctx, found)
}

// find runs `sites` for the given roots, or for the known places.
func (s *Setup) find(ctx context.Context, roots ...string) ([]foundSite, error) {
	args := []string{"sites", "--json"}
	if s.file.exists {
		args = s.configured(args...)
	}
	text, err := s.Output(ctx, append(args, roots...)...)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var report struct{ Sites []foundSite }
	if bad := json.Unmarshal(text, &report); bad != nil {
		if failed := (*ExitError)(nil); errors.As(err, &failed) && len(text) == 0 {
			return nil, nil // no site was found, and the command has said so
		}
		return nil, fmt.Errorf("search for sites: %w", cmpErr(err, bad))
	}
	return slices.DeleteFunc(report.Sites, func(f foundSite) bool { return f.Status == "ignored" }), nil
}

func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func (s *Setup) list(found []foundSite) {
	for i, f := range found {
		note := ""
		if f.Reason != "" {
			note = " (" + f.Reason + ")"
		}
		fmt.Fprintln(s.Out, wordpress.Printable(fmt.Sprintf("  %d. %s: %s%s", i+1, f.Name, f.Path, note)))
	}
}

func pathsOf(found []foundSite) (paths []string) {
	for _, f := range found {
		paths = append(paths, f.Path)
	}
	return paths
}

// askSites asks which of the found sites to back up.
func (s *Setup) askSites(ctx context.Context, found []foundSite) error {
	_, err := s.Terminal.Ask(ctx, Question{
		Text:    "Which sites? all = these and those that are added later; or numbers, such as 1,3; or the PATH of another one",
		Default: "all",
		Check: func(answer string) (err error) {
			switch {
			case answer == "all":
				s.file.sites = nil
			case strings.HasPrefix(answer, "/"):
				return s.takePath(ctx, answer)
			default:
				s.file.sites, err = choose(found, answer)
			}
			return err
		},
	})
	return err
}

// choose reads the numbers that the user chose from a list.
func choose(found []foundSite, answer string) (paths []string, err error) {
	for word := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(found) {
			return nil, fmt.Errorf("%q is not in the list: give all, or numbers from 1 to %d", word, len(found))
		}
		if path := found[n-1].Path; !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		return nil, errors.New("choose at least one site")
	}
	return paths, nil
}

// askPath asks for the folder of a site.
func (s *Setup) askPath(ctx context.Context) error {
	_, err := s.Terminal.Ask(ctx, Question{
		Text:  "Folder of the site (the one with wp-config.php)",
		Check: func(answer string) error { return s.takePath(ctx, answer) },
	})
	return err
}

func (s *Setup) takePath(ctx context.Context, path string) error {
	if !strings.HasPrefix(path, "/") {
		return errors.New("give an absolute path, which begins with /")
	}
	found, err := s.find(ctx, path)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("no WordPress in %s: give the folder that holds wp-config.php", path)
	}
	s.list(found)
	s.file.sites = pathsOf(found)
	return nil
}
