package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Terminal asks questions, one line each. That works with screen readers, and on terminals that
// can only print.
type Terminal struct {
	In, Out *os.File
}

// ErrClosed is the error of a terminal that gives no more answers.
var ErrClosed = errors.New("the terminal gave no answer (it was closed, or Ctrl-D was pressed)")

// maxAnswer is the maximum length of an answer, in bytes.
const maxAnswer = 4096

// A Question is a question that is answered in one line.
type Question struct {
	Text    string
	Default string // the meaning of an empty line; without it, an answer is required
	Hidden  bool   // do not show what is typed
	// Check refuses an answer, with an error that says what is wrong. The question is then asked
	// again.
	Check func(answer string) error
}

// Ask repeats the question until the answer is accepted.
func (t *Terminal) Ask(ctx context.Context, q Question) (string, error) {
	prompt := "\n" + wrap(q.Text)
	if q.Default != "" {
		prompt += " [" + q.Default + "]"
	}
	for {
		answer, err := t.line(ctx, prompt+": ", q.Hidden)
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = q.Default
		}
		switch {
		case answer == "":
			err = errors.New("it is empty; type an answer, or stop setup with Ctrl-C")
		case len(answer) > maxAnswer:
			err = errors.New("this is too long")
		case !utf8.ValidString(answer) || strings.ContainsFunc(answer, unicode.IsControl):
			err = errors.New("the answer contains control characters, perhaps of arrow keys; type it again")
		case q.Check != nil:
			err = q.Check(answer)
		}
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if errors.Is(err, ErrClosed) {
			return "", err
		}
		fmt.Fprintln(t.Out, wrap(wordpress.Printable("Not accepted: "+err.Error()+".")))
	}
}

// Confirm asks a question that is answered with yes or no.
func (t *Terminal) Confirm(ctx context.Context, text string, otherwise bool) (bool, error) {
	yes := otherwise
	_, err := t.Ask(ctx, Question{
		Text: text + " (yes or no)", Default: map[bool]string{true: "yes", false: "no"}[otherwise],
		Check: func(answer string) error {
			switch strings.ToLower(answer) {
			case "y", "yes":
				yes = true
			case "n", "no":
				yes = false
			default:
				return errors.New("answer yes or no")
			}
			return nil
		},
	})
	return yes, err
}

// A Choice is one answer of a menu.
type Choice struct{ Name, Text string }

// Choose prints a menu, and returns the name of the choice.
func (t *Terminal) Choose(ctx context.Context, text string, choices []Choice) (name string, err error) {
	for i, c := range choices {
		fmt.Fprintf(t.Out, "  %d. %s: %s\n", i+1, c.Name, c.Text)
	}
	_, err = t.Ask(ctx, Question{
		Text: text, Default: choices[0].Name,
		Check: func(answer string) error {
			i := slices.IndexFunc(choices, func(c Choice) bool { return strings.EqualFold(c.Name, answer) })
			if i < 0 && len(answer) == 1 && answer[0] >= '1' && int(answer[0]-'1') < len(choices) {
				i = int(answer[0] - '1')
			}
			if i < 0 {
				return fmt.Errorf("answer a name or a number of the list, from 1 to %d", len(choices))
			}
			name = choices[i].Name
			return nil
		},
	})
	return name, err
}

// hide makes a terminal not show what is typed.
func hide(fd int) error {
	state, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	state.Lflag &^= unix.ECHO
	return unix.IoctlSetTermios(fd, unix.TCSETS, state)
}

// line prints a prompt and reads one line. When ctx ends, the terminal again shows what is typed.
func (t *Terminal) line(ctx context.Context, prompt string, hidden bool) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	fd := int(t.In.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrClosed, err)
	}
	if hidden { // before the prompt, so that text that is pasted at once is hidden too
		if err := hide(fd); err != nil {
			return "", fmt.Errorf("%w: %w", ErrClosed, err)
		}
		defer func() { _ = term.Restore(fd, before) }() // the terminal may be gone
	}
	if _, err := io.WriteString(t.Out, prompt); err != nil {
		return "", fmt.Errorf("%w: %w", ErrClosed, err)
	}
	type result struct {
		text string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		if hidden {
			text, err := term.ReadPassword(fd)
			read <- result{string(text), err}
			return
		}
		text, err := readLine(t.In)
		read <- result{text, err}
	}()
	var r result
	select {
	case <-ctx.Done():
		_ = term.Restore(fd, before) // the terminal may be gone
		_, _ = io.WriteString(t.Out, "\n")
		return "", context.Cause(ctx)
	case r = <-read:
	}
	if hidden {
		_, _ = io.WriteString(t.Out, "\n") // the line break that the user typed was not shown
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if r.err != nil {
		return "", fmt.Errorf("%w: %w", ErrClosed, r.err)
	}
	return strings.TrimSpace(r.text), nil
}

// readLine reads byte by byte, so that text typed ahead stays for the next question.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for {
		n, err := r.Read(b[:])
		switch {
		case n == 1 && b[0] == '\n':
			return string(line), nil
		case n == 1 && len(line) <= maxAnswer:
			line = append(line, b[0])
		case err != nil:
			return "", err
		}
	}
}

// hide clears the screen, if the terminal can do that.
func (t *Terminal) hide() {
	if kind := os.Getenv("TERM"); kind == "" || kind == "dumb" {
		return
	}
	_, _ = io.WriteString(t.Out, "\x1b[H\x1b[2J\x1b[3J") // also the lines that have scrolled off the screen
}
