// Dumpbench measures the native dump beside the stock programs; scripts/bench dump
// runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// options are the flags.
type options struct {
	mysql   bool
	mb      int
	rounds  int
	profile string
	// of the process that dumps
	socket  string
	zstd    bool
	threads int
}

func main() {
	var o options
	flag.BoolVar(&o.mysql, "mysql", false, "measure on MySQL instead of MariaDB")
	flag.IntVar(&o.mb, "mb", 400, "about so many megabytes of SQL")
	flag.IntVar(&o.rounds, "rounds", 7, "how often each contestant runs")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of one dump to this `file`")
	flag.StringVar(&o.socket, "socket", "", "only dump the database bench of the server behind this socket to standard output")
	flag.BoolVar(&o.zstd, "zstd", false, "with -socket: compressed, as a backup is")
	flag.IntVar(&o.threads, "threads", 1, "with -socket: connections")
	flag.Parse()
	run := bench
	if o.socket != "" {
		run = dumpOnce
	}
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "dumpbench:", err)
		os.Exit(1)
	}
}

// dumpOnce is what a contestant runs: the dump as the product makes it.
func dumpOnce(ctx context.Context, o options) error {
	debug.SetMemoryLimit(24 << 20) // as in the worker of wp-oneway
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var filters []archive.Filter
	if o.zstd {
		filters = append(filters, archive.Zstd(0))
	}
	out, err := archive.Chain(os.Stdout, filters...)
	if err != nil {
		return err
	}
	d, err := dump.Open(ctx, wordpress.Database{Name: "bench", User: "root", Socket: o.socket}, dump.Options{Threads: o.threads})
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Write(ctx, out); err != nil {
		return err
	}
	return out.Close()
}

// bench brings a server up, fills it, and measures.
func bench(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "dumpbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := start(ctx, dir, o.mysql)
	if err != nil {
		return err
	}
	defer s.server.Kill()
	fmt.Fprintf(os.Stderr, "filling %s with about %d MB\n", s.name, o.mb)
	if err := s.fill(ctx, o.mb); err != nil {
		return err
	}
	if err := s.measure(ctx, os.Stdout, o); err != nil || o.profile == "" {
		return err
	}
	_, err = s.once(ctx, contestant{command: s.ours() + " -profile " + shell([]string{o.profile})})
	return err
}

// start brings up the server to measure on, with memory enough for all the data.
func start(ctx context.Context, dir string, mysql bool) (*subject, error) {
	const pool = "--innodb-buffer-pool-size=1G"
	s := &subject{dir: dir, name: "MariaDB", dumper: "mariadb-dump --no-defaults"}
	var err error
	if !mysql {
		s.server, err = lab.StartMariaDB(ctx, filepath.Join(dir, "s"), pool, "--innodb-log-file-size=512M")
		return s, err
	}
	program, err := lab.MySQLProgram("mysqldump")
	if err != nil {
		return nil, err
	}
	s.name, s.dumper = "MySQL", shell(program)+" --no-defaults"
	s.server, err = lab.StartMySQL(ctx, filepath.Join(dir, "s"), pool, "--innodb-redo-log-capacity=512M")
	return s, err
}
