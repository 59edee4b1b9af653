// Package native asks the PHP of the host what a site's configuration defines: it runs
// the configuration, with the rights of this process. It gives no protection against what
// those rights allow. The caller must first drop its privileges to those of the site's
// owner.
package native

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed ask.php
var script string

// Options describe what PHP runs, and what it reports.
type Options struct {
	Binary    string            // absolute path, or Auto
	Entry     string            // the file to run
	Constants map[string]string // defined before it runs
	Env       map[string]string // the complete environment
	// VariablesOrder is php.ini's variables_order; "" keeps the setting of the host.
	VariablesOrder string
	Server         map[string]string // added to $_SERVER; must have DOCUMENT_ROOT
	// Stubs are PHP sources by base name. A stub replaces every included file of that
	// base name.
	Stubs map[string]string
	// Stop is the base name of the file at which PHP stops and reports. If Stubs has this
	// name, that source runs first.
	Stop    string
	Report  []string // the constants to report
	Globals []string // the variables to report
	// TempDir is the folder for the script. "" means the system's temporary folder, which
	// is also used if this process cannot write to TempDir.
	TempDir string
}

const (
	timeout   = 10 * time.Second // timeout of the whole call
	endDelay  = 2 * time.Second  // time for the launcher to end
	maxAnswer = 1 << 20          // bytes
	maxStderr = 1 << 10          // bytes of the launcher's messages to keep
)

// Ask runs PHP and returns its answer. The error is a *StopError if PHP ended before the
// file Stop. The caller's program must call Launch if its only argument is LaunchCommand.
func Ask(ctx context.Context, o Options) (*Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("PHP takes longer than %s", timeout))
	defer cancel()
	binary, err := findBinary(o.Binary, o.Env)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.TempDir, "wp-oneway-php-")
	if err != nil && o.TempDir != "" {
		dir, err = os.MkdirTemp("", "wp-oneway-php-")
	}
	if err != nil {
		return nil, fmt.Errorf("create the script for PHP: %w; set temp_dir to a folder that the site's owner may write to", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ask.php")
	if err := os.WriteFile(path, []byte(o.script()), 0o600); err != nil {
		return nil, fmt.Errorf("create the script for PHP: %w", err)
	}
	text, err := launch(ctx, launchJob{Binary: binary, Args: append(o.arguments(), path), Env: environment(o.Env)})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", binary, err)
	}
	return parseAnswer(text)
}

// launch starts the launcher, and returns the answer that PHP writes into the result pipe.
func launch(ctx context.Context, job launchJob) ([]byte, error) {
	result, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var message messageHead
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	cmd := exec.CommandContext(life, "/proc/self/exe", LaunchCommand)
	cmd.Env, cmd.Dir = []string{}, "/" // nil would pass on our environment
	cmd.Stderr, cmd.WaitDelay = &message, endDelay
	cmd.ExtraFiles = []*os.File{theirs}
	orders, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	_ = theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("start the launcher (the site's owner must be allowed to execute wp-oneway): %w", err)
	}
	defer context.AfterFunc(ctx, func() { _, _ = result.SetReadDeadline(time.Now()), orders.Close() })()
	err = json.NewEncoder(orders).Encode(job)
	var text []byte
	if err == nil {
		text, err = readAnswer(result)
	}
	// The launcher kills PHP when its orders end. If the launcher hangs, it is killed.
	_ = orders.Close()
	timer := time.AfterFunc(endDelay, kill)
	died := cmd.Wait()
	timer.Stop()
	switch {
	case err == nil:
		return text, nil
	case !errors.Is(err, io.EOF) && !errors.Is(err, syscall.EPIPE):
		return nil, err
	case message.Len() > 0:
		return nil, errors.New(message.firstLine())
	case died != nil:
		return nil, fmt.Errorf("it died without an answer: %w", died)
	}
	return nil, errors.New("it ended without an answer")
}

// answerMark is the start of the line with the answer. A site's code may print other
// lines.
const answerMark = "wp-oneway "

// readAnswer reads until the end of the first line that has answerMark, at most maxAnswer
// bytes. It returns that line without the mark. It does not read any further.
func readAnswer(r io.Reader) ([]byte, error) {
	in := bufio.NewReader(io.LimitReader(r, maxAnswer))
	for size := 0; ; {
		line, err := in.ReadBytes('\n')
		size += len(line)
		text, marked := bytes.CutPrefix(line, []byte(answerMark))
		switch {
		case err == nil && marked:
			return text, nil
		case errors.Is(err, io.EOF) && size == maxAnswer:
			return nil, fmt.Errorf("its output is longer than %d bytes", maxAnswer)
		case err != nil:
			return nil, err
		}
	}
}

// A messageHead keeps the first bytes of the launcher's messages.
type messageHead struct{ bytes.Buffer }

func (m *messageHead) Write(p []byte) (int, error) {
	m.Buffer.Write(p[:min(len(p), max(0, maxStderr-m.Len()))])
	return len(p), nil
}

func (m *messageHead) firstLine() string {
	line, _, _ := strings.Cut(m.String(), "\n")
	return line
}

// environment returns the variables in the form NAME=value.
func environment(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// script returns the source that PHP runs, with the job at its end.
func (o Options) script() string {
	stubs := maps.Clone(o.Stubs)
	if stubs == nil {
		stubs = map[string]string{}
	}
	if stubs[o.Stop] == "" {
		stubs[o.Stop] = "<?php"
	}
	stubs[o.Stop] += "\nWP_Oneway_Ask::report( get_defined_vars() );"
	return script + "require WP_Oneway_Ask::start( array(\n" +
		"'root' => " + strconv.FormatBool(os.Geteuid() == 0) + ",\n" +
		"'entry' => " + phpString(o.Entry) + ",\n" +
		"'constants' => " + phpMap(o.Constants) + ",\n" +
		"'server' => " + phpMap(o.Server) + ",\n" +
		"'stubs' => " + phpMap(stubs) + ",\n" +
		"'report' => " + phpList(o.Report) + ",\n" +
		"'variables' => " + phpList(o.Globals) + ",\n" +
		") );\n"
}

// phpString returns a PHP expression for a string of any bytes.
func phpString(s string) string { return "hex2bin( '" + hex.EncodeToString([]byte(s)) + "' )" }

func phpList(list []string) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(phpString(s) + ", ")
	}
	return "array( " + b.String() + ")"
}

func phpMap(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(phpString(k) + " => " + phpString(m[k]) + ", ")
	}
	return "array( " + b.String() + ")"
}
