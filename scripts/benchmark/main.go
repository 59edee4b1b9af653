// Command benchmark measures wp-oneway and its peers on the same data, in paired
// rounds, and prints one Markdown table. scripts/bench builds and runs it.
//
// A suite prepares an environment and names the contestants. To measure one more
// thing, add a contestant to a suite or a suite to the table below.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A suite is a set of contestants that do the same work on the same data.
type suite struct {
	name     string
	work     string        // the work that all contestants do
	rounds   int           // default number of measured rounds
	warmUp   bool          // first run one more round, which does not count
	interval time.Duration // between two samples of the memory
	defaults sizes
	prepare  func(context.Context, *environment, sizes) error
	// contestants are run after prepare.
	contestants func(*environment) []contestant
}

// sizes are the sizes of the data, in MB unless another unit is given.
type sizes struct {
	uploads int64 // the files of the site
	rows    int64 // the SQL of the site
	stream  int64 // one stream of random bytes
	tables  int64 // number of small tables
	sites   int64 // number of small sites
	files   int64 // number of small files
}

func (s sizes) times(n int64) sizes {
	return sizes{s.uploads * n, s.rows * n, s.stream * n, s.tables * n, s.sites * n, s.files * n}
}

func (s sizes) String() string {
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{{s.uploads, "uploads"}, {s.rows, "SQL"}, {s.stream, "random bytes"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d MB of %s", p.n, p.what))
		}
	}
	if s.tables > 0 {
		parts = append(parts, fmt.Sprintf("%d tables", s.tables))
	}
	if s.sites > 0 {
		parts = append(parts, fmt.Sprintf("%d sites", s.sites))
	}
	if s.files > 0 {
		parts = append(parts, fmt.Sprintf("%d files", s.files))
	}
	return strings.Join(parts, ", ")
}

func suites() []suite {
	return []suite{backupSuite(), memorySuite(), uploadSuite(), folderSuite(), dumpSuite(), tablesSuite(), sitesSuite(), findSuite(), manySuite(), filesSuite(), restoreSuite()}
}

// options are the flags of a measurement.
type options struct {
	binary     string
	parent     string // the folder in which the temporary folder is created
	rounds     int
	scales     []int64
	mysql, tls bool
	profile    string
	sizes      sizes
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("no suite is named; use scripts/bench")
	}
	// Contestants that are parts of wp-oneway run in separate processes.
	if part := parts()[args[0]]; part != nil {
		return part(ctx, args[1:])
	}
	i := slices.IndexFunc(suites(), func(s suite) bool { return s.name == args[0] })
	if i < 0 {
		return fmt.Errorf("there is no suite %q", args[0])
	}
	s := suites()[i]
	o, err := parseOptions(s, args[1:])
	if err != nil {
		return err
	}
	return s.measure(ctx, o, out)
}

func parseOptions(s suite, args []string) (options, error) {
	o := options{}
	f := flag.NewFlagSet(s.name, flag.ContinueOnError)
	f.StringVar(&o.binary, "binary", "", "the `file` of wp-oneway")
	f.StringVar(&o.parent, "dir", os.TempDir(), "the `folder` in which a temporary folder is made")
	f.IntVar(&o.rounds, "rounds", s.rounds, "how often each contestant is measured; medians are printed")
	f.Int64Var(&o.sizes.uploads, "uploads", s.defaults.uploads, "MB of uploads")
	f.Int64Var(&o.sizes.rows, "rows", s.defaults.rows, "MB of SQL")
	f.Int64Var(&o.sizes.stream, "stream", s.defaults.stream, "MB of random bytes in a stream")
	f.Int64Var(&o.sizes.tables, "tables", s.defaults.tables, "number of small tables")
	f.Int64Var(&o.sizes.sites, "sites", s.defaults.sites, "number of small sites")
	f.Int64Var(&o.sizes.files, "files", s.defaults.files, "number of small files")
	f.BoolVar(&o.mysql, "mysql", false, "measure MySQL instead of MariaDB (suites dump and tables)")
	f.BoolVar(&o.tls, "tls", false, "reach the store over TLS")
	f.StringVar(&o.profile, "profile", "", "write a CPU profile of one dump to this `file` (suite dump)")
	scales := f.String("scales", "1", "multiples of the data to measure, such as 1,10; growth is printed for more than one")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.rounds < 1 {
		return o, fmt.Errorf("read the flags of %s: unexpected %q, or less than one round", s.name, f.Args())
	}
	for text := range strings.SplitSeq(*scales, ",") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return o, fmt.Errorf("read -scales: %q is not a positive number", text)
		}
		o.scales = append(o.scales, n)
	}
	return o, nil
}

// measure runs the suite for each scale and prints its tables.
func (s suite) measure(ctx context.Context, o options, out io.Writer) error {
	var all [][]result
	var exceeded error
	for _, scale := range o.scales {
		results, title, err := s.measureScale(ctx, o, o.sizes.times(scale))
		if err != nil {
			return fmt.Errorf("measure %s: %w", s.name, err)
		}
		if err := printResults(out, title, results); err != nil {
			return err
		}
		exceeded = errors.Join(exceeded, checkLimits(results))
		all = append(all, results)
	}
	for i := 1; i < len(all); i++ {
		title := fmt.Sprintf("%s, growth from ×%d to ×%d", s.name, o.scales[0], o.scales[i])
		if err := printGrowth(out, title, all[0], all[i]); err != nil {
			return err
		}
	}
	return exceeded
}

func (s suite) measureScale(ctx context.Context, o options, data sizes) (results []result, title string, err error) {
	e, err := newEnvironment(o)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, e.remove()) }()
	fmt.Fprintf(os.Stderr, "bench: %s: preparing %s\n", s.name, data)
	if err := s.prepare(ctx, e, data); err != nil {
		return nil, "", err
	}
	results, err = e.runRounds(ctx, s.contestants(e), rounds{measured: o.rounds, warmUp: s.warmUp, interval: s.interval})
	return results, fmt.Sprintf("%s: %s; %s; medians of %d paired rounds", s.name, s.work, data, o.rounds), err
}
