// Package console is what a command prints to, and reads from: messages for people, data,
// tables, and what of it is kept.
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

// Streams are the process's own: out is for data, err for people.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// A Console prints what a command has to say. All of it is made printable: tenants, servers
// and stores choose parts of the text.
type Console struct {
	Streams
	Log    *slog.Logger
	JSON   bool       // everything on standard error is JSON
	Quiet  bool       // only errors are printed
	Recent *RecentLog // the end of standard error
}

// New returns the console of the process's streams. Nothing is logged yet.
func New(s Streams) *Console {
	recent := &RecentLog{w: s.Err}
	s.Out, s.Err = wordpress.PrintableWriter{W: s.Out}, wordpress.PrintableWriter{W: recent}
	return &Console{Streams: s, Log: slog.New(slog.DiscardHandler), Recent: recent}
}

// Terminal tells whether standard error is a terminal.
func (s Streams) Terminal() bool { return IsTerminal(s.Err) }

// CopyTo sends all output also to a log, until stop.
func (c *Console) CopyTo(log io.Writer) (stop func()) {
	out, behind := c.Out, c.Recent.w
	c.Out, c.Recent.w = wordpress.PrintableWriter{W: tee{log, out}}, tee{log, behind}
	return func() { c.Out, c.Recent.w = out, behind }
}

// IsTerminal tells whether a writer of the process is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := Unescaped(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Unescaped is the writer below those that make text printable and keep it.
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

// Tell prints one line on standard error, or logs it where the log is JSON. Parts of
// the text may come from a tenant.
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

// Say prints a line for people.
func (c *Console) Say(ctx context.Context, text string) {
	if !c.Quiet {
		c.Tell(ctx, slog.LevelInfo, "", text)
	}
}

// PrintJSON prints a value for programs.
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
