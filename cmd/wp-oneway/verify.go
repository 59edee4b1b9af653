package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/verify"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/view"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	reading.Runs
	all   bool
	quick bool
	json  bool

	parallel int
}

func (a *app) verifyCommand() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify --from URL RUN…|--latest|--all",
		Short: "Check that stored backups are unchanged and can be opened",
		Long: `Check that stored backups are unchanged: the size, SHA-256 and CRC64NVME of each object,
and the chain of manifests. Each manifest contains the name and the SHA-256 of the one before.

With --identity or --passphrase-file, and for backups that are not sealed, verify also opens
the seal, decompresses, and reads the tar and the dump to their ends. With --quick, it
downloads nothing, and compares only the size and the checksum that the store reports for
each object. In the output, CHECKED is "opened", "stored" (the stored bytes, still sealed) or
"quick".

RUN is a run's name as list prints it. --latest checks the newest run of each site and kind,
--all checks every run. --site and --kind limit both.

Exit status: 0 all checks passed; 1 a check failed, or no backup was found;
2 wrong usage.`,
		Example: `  wp-oneway verify --from 's3://vault/{host}?profile=restore' --latest --identity key.txt
  wp-oneway verify --from /var/backups/wp --all --site example.com --quick`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Names = args
			return a.verify(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.Flags(f)
	f.Lookup("latest").Usage = "check the newest run of each site and kind"
	o.KeyFlags(f)
	f.BoolVar(&o.all, "all", false, "check every run")
	f.BoolVar(&o.quick, "quick", false, "compare only the sizes and checksums that the store reports; download nothing")
	f.IntVar(&o.parallel, "parallel", 2, "`number` of runs that are checked at the same time")
	f.BoolVar(&o.json, "json", false, "print JSON; see docs/verify.schema.json")
	return cmd
}

func (o *verifyOptions) check() error {
	ways := 0
	for _, way := range []bool{len(o.Names) > 0, o.Latest, o.all} {
		if way {
			ways++
		}
	}
	switch {
	case ways != 1:
		return exit.Usage(errors.New("give RUN, --latest or --all; see wp-oneway verify --help"))
	case o.quick && o.HasKeys():
		return exit.Usage(errors.New("--quick opens nothing; omit --identity and --passphrase-file"))
	case o.parallel < 1 || o.parallel > maxParallel:
		return exit.Usage(fmt.Errorf("--parallel is %d; give a number from 1 to %d", o.parallel, maxParallel))
	case len(o.Names) > 0 && (o.Site != "" || o.Kind != ""):
		return exit.Usage(errors.New("a RUN has its site and kind in its name; omit --site and --kind"))
	}
	return nil
}

func (a *app) verify(ctx context.Context, o verifyOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	reader, err := o.Open(ctx)
	if err != nil {
		return err
	}
	runs, err := a.runsToVerify(ctx, reader.Store, o)
	if err != nil {
		return err
	}
	bar := progress.NewDownload(a.Console, "verifying", downloadSize(runs, o.quick))
	reader.Stored = bar.Add
	results, err := verifyAll(ctx, *reader, runs, o)
	bar.Close()
	if err != nil {
		return err
	}
	if o.json {
		err = a.PrintJSON(verification(reader.Store, results))
	} else {
		err = a.printResults(results)
	}
	if err != nil {
		return err
	}
	for _, r := range results {
		if !r.OK() {
			return exit.Printed(manifest.Failed)
		}
	}
	return nil
}

// runsToVerify finds the chosen runs.
func (a *app) runsToVerify(ctx context.Context, s store.Store, o verifyOptions) (runs []*catalog.Run, err error) {
	for _, name := range o.Names {
		run, err := catalog.One(ctx, s, name)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	if len(o.Names) > 0 {
		return runs, nil
	}
	q, err := o.Query()
	if err != nil {
		return nil, err
	}
	q.Latest, q.Skipped, q.Progress = o.Latest, reading.TellSkipped(ctx, a.Console), a.countNames("objects listed")
	err = catalog.Find(ctx, s, q, func(r *catalog.Run) error {
		runs = append(runs, r)
		return nil
	})
	if err == nil && len(runs) == 0 {
		err = fmt.Errorf("read %s: there is no complete backup of this name; wp-oneway list --incomplete shows all runs", s)
	}
	return runs, err
}

// downloadSize returns the number of bytes to download.
func downloadSize(runs []*catalog.Run, quick bool) (sum int64) {
	for _, r := range runs {
		if !quick {
			sum += r.Bytes()
		}
	}
	return sum
}

// maxParallel is the maximum number of runs that are verified at the same time.
const maxParallel = 32

// verifyAll verifies several runs at the same time, and the streams of each run in parallel.
func verifyAll(ctx context.Context, with content.Reader, runs []*catalog.Run, o verifyOptions) ([]*verify.Result, error) {
	results := make([]*verify.Result, len(runs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.parallel)
	for i, run := range runs {
		group.Go(func() (err error) {
			depth, reader := verify.Opened, with
			switch {
			case o.quick:
				depth = verify.Quick
			case sealOf(run) != "" && !o.HasKeys():
				depth, reader.Keys = verify.Stored, nil
			}
			results[i], err = verify.Run(ctx, &reader, run, depth)
			return err
		})
	}
	return results, group.Wait()
}

func (a *app) printResults(results []*verify.Result) error {
	t := console.Table{Gap: 2, Fold: true, Columns: []console.Column{{Width: 7}, {Width: 6}, {Limit: 60}, {}}}
	t.Add("RESULT", "CHECKED", "RUN", "CONTENT")
	var b, reasons strings.Builder
	for _, r := range results {
		result := "ok"
		if !r.OK() {
			result = "WRONG"
		}
		checked := string(r.Depth)
		if r.Objects == 0 && !r.OK() { // nothing was verified
			checked = "-"
		}
		t.Add(result, checked, r.Run.Path(), verified(r))
		for _, p := range r.Problems {
			fmt.Fprintf(&reasons, "%s: %s\n", r.Run.Path(), oneLine(p))
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&reasons, "%s: note: %s\n", r.Run.Path(), oneLine(n))
		}
	}
	t.Write(&b, console.ScreenOf(a.Out))
	if _, err := a.Out.Write([]byte(b.String() + reasons.String())); err != nil {
		return fmt.Errorf("print the results: %w", err)
	}
	return nil
}

// verified describes what was verified successfully.
func verified(r *verify.Result) string {
	text := fmt.Sprintf("%d objects, %s", r.Objects, view.Size(r.Bytes))
	if r.Depth == verify.Opened {
		text += fmt.Sprintf("; %s files, %d tables, %s rows", humanize.Comma(r.Files), r.Tables, humanize.Comma(r.Rows))
	}
	return text
}

// oneLine returns a text on one line.
func oneLine(text string) string { return strings.ReplaceAll(text, "\n", "; ") }

// A verifiedRun is one run as verify prints it; see docs/verify.schema.json.
type verifiedRun struct {
	Run      string       `json:"run"`
	OK       bool         `json:"ok"`
	Depth    verify.Depth `json:"depth"`
	Objects  int          `json:"objects"`
	Bytes    int64        `json:"bytes"`
	Files    int64        `json:"files"`
	Tables   int          `json:"tables"`
	Rows     int64        `json:"rows"`
	Problems []string     `json:"problems"`
	Notes    []string     `json:"notes"`
}

// verification returns the document that verify prints.
func verification(s store.Store, results []*verify.Result) any {
	runs := make([]verifiedRun, len(results))
	for i, r := range results {
		runs[i] = verifiedRun{
			Run: r.Run.Path(), OK: r.OK(), Depth: r.Depth, Objects: r.Objects, Bytes: r.Bytes, Files: r.Files, Tables: r.Tables, Rows: r.Rows,
			Problems: append([]string{}, r.Problems...), Notes: append([]string{}, r.Notes...),
		}
	}
	return map[string]any{"version": manifest.Version, "from": s.String(), "time": time.Now().UTC(), "runs": runs}
}
