// Package console prints messages for people, data and tables, reads input, and keeps the end of
// the messages.
package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// Streams are the standard streams of the process. Out is for data, Err for messages to people.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// A Console prints the output of a command. It makes all text printable, because tenants, servers
// and stores choose parts of it.
type Console struct {
	Streams
	Log    *slog.Logger
	JSON   bool       // everything on standard error is JSON
	Quiet  bool       // only errors are printed
	Recent *RecentLog // keeps the end of standard error
}

// New returns a console for the streams. Its log discards all messages until it is replaced.
func New(s Streams) *Console {
	recent := &RecentLog{w: s.Err}
	s.Out, s.Err = wordpress.PrintableWriter{W: s.Out}, wordpress.PrintableWriter{W: recent}
	return &Console{Streams: s, Log: slog.New(slog.DiscardHandler), Recent: recent}
}

// Terminal reports whether standard error is a terminal.
func (s Streams) Terminal() bool { return IsTerminal(s.Err) }

// CopyTo also writes all output to a log, until stop is called.
func (c *Console) CopyTo(log io.Writer) (stop func()) {
	out, behind := c.Out, c.Recent.w
	c.Out, c.Recent.w = wordpress.PrintableWriter{W: tee{log, out}}, tee{log, behind}
	return func() { c.Out, c.Recent.w = out, behind }
}

// IsTerminal reports whether w writes to a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := Unescaped(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Unescaped returns the writer below the PrintableWriter and the RecentLog.
func Unescaped(w io.Writer) io.Writer {
	if p, ok := w.(wordpress.PrintableWriter); ok {
		w = p.W
	}
	if t, ok := w.(*RecentLog); ok {
		w = t.w
	}
	return w
}

// Report prints why a command failed, on one line.
func (c *Console) Report(ctx context.Context, text string) {
	c.Tell(ctx, slog.LevelError, "", strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
}

// Tell prints one line on standard error, or logs it if the log is JSON. It makes text printable,
// because parts of it may come from a tenant.
func (c *Console) Tell(ctx context.Context, level slog.Level, what, text string) {
	text = wordpress.Printable(what + text)
	if c.JSON {
		c.Log.Log(ctx, level, text)
		return
	}
	fmt.Fprintf(c.Err, "wp-oneway: %s\n", text)
}

// Warn prints a warning, unless the command is quiet.
func (c *Console) Warn(ctx context.Context, text string) {
	if !c.Quiet {
		c.Tell(ctx, slog.LevelWarn, "warning: ", text)
	}
}

// Say prints a line for people, unless the command is quiet.
func (c *Console) Say(ctx context.Context, text string) {
	if !c.Quiet {
		c.Tell(ctx, slog.LevelInfo, "", text)
	}
}

// PrintJSON prints a value as JSON, for programs.
func (c *Console) PrintJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	if _, err := c.Out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}
