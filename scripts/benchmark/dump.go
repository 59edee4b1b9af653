package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// dumpSuite compares the dump of one database with the standard programs.
func dumpSuite() suite {
	return suite{
		name: "dump", work: "dump of wide and narrow rows", rounds: 7, warmUp: true, interval: lab.CoarseSampling,
		defaults: sizes{rows: 400}, prepare: prepareDump, contestants: dumpContestants,
	}
}

// prepareDump starts a server with enough memory for all the data, and fills it.
func prepareDump(ctx context.Context, e *environment, data sizes) error {
	const pool = "--innodb-buffer-pool-size=1G"
	if err := e.startServer(ctx, []string{pool, "--innodb-log-file-size=512M"}, []string{pool, "--innodb-redo-log-capacity=512M"}); err != nil {
		return err
	}
	e.vars = append(e.vars, "PROFILE="+e.profile)
	if err := fillBenchDatabase(ctx, e.server, data.rows); err != nil {
		return err
	}
	return e.addRoot("bench")
}

// startServer starts MySQL if e.mysql is set, or else MariaDB. It adds the server's socket and
// the program that dumps its databases to the environment variables.
func (e *environment) startServer(ctx context.Context, mariaDB, mySQL []string) (err error) {
	dir := filepath.Join(e.dir, "server")
	dumper := []string{"mariadb-dump"}
	if e.mysql {
		if dumper, err = lab.MySQLProgram("mysqldump"); err != nil {
			return err
		}
		e.server, err = lab.StartMySQL(ctx, dir, mySQL...)
	} else {
		e.server, err = lab.StartMariaDB(ctx, dir, mariaDB...)
	}
	if err == nil {
		e.vars = append(e.vars, "SOCKET="+e.server.Socket, "DUMPER="+shellWords(dumper))
	}
	return err
}

func dumpContestants(e *environment) []contestant {
	const (
		stock = `eval "$DUMPER" --no-defaults --single-transaction -uroot '-S"$SOCKET"' bench`
		ours  = `exec "$SELF" dump-once -socket "$SOCKET"`
	)
	list := []contestant{
		{name: "stock", command: stock},
		{name: "ours", command: ours, peers: []peer{{"stock", 0.5}}},
		{name: "ours, 2 threads", command: ours + " -threads 2", peers: []peer{{"stock", 0.5}}},
		{name: "stock | zstd -3 -T2", command: stock + " | zstd -q -3 -T2"},
		{name: "stock | gzip", command: stock + " | gzip"},
		{name: "ours, zstd", command: ours + " -zstd", peers: []peer{{"stock | zstd -3 -T2", 0.7}, {"stock | gzip", 0.2}}},
		{name: "ours, zstd, 2 threads", command: ours + " -zstd -threads 2", peers: []peer{{"stock | zstd -3 -T2", 0.7}}},
	}
	list = append(list, toNull("bench", 0.4)...)
	if _, err := exec.LookPath("mydumper"); err == nil {
		const mydumper = `rm -rf "$TMP/mydumper"; exec mydumper -u root -S "$SOCKET" -B bench -t 2 -o "$TMP/mydumper"`
		list = append(list,
			contestant{name: "mydumper -t 2", command: mydumper, optional: true},
			contestant{name: "mydumper -t 2 -c", command: mydumper + " -c", optional: true})
		list[2].peers = append(list[2].peers, peer{"mydumper -t 2", 0})
		list[6].peers = append(list[6].peers, peer{"mydumper -t 2 -c", 0})
	}
	if e.profile != "" {
		list = append(list, contestant{name: "ours, profiled", command: ours + ` -profile "$PROFILE"`})
	}
	return list
}

// dumpOnce is the part of wp-oneway that dumps a database. It writes the dump to standard output.
func dumpOnce(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("dump-once", flag.ContinueOnError)
	socket := f.String("socket", "", "the server's Unix socket")
	name := f.String("database", "bench", "the database")
	zstd := f.Bool("zstd", false, "compress like a backup")
	threads := f.Int("threads", 1, "number of connections")
	profile := f.String("profile", "", "write a CPU profile to this file")
	if err := f.Parse(args); err != nil {
		return err
	}
	debug.SetMemoryLimit(24 << 20) // the same limit as in the worker of wp-oneway
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("write a profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	var filters []archive.Filter
	if *zstd {
		filters = append(filters, archive.Zstd(0))
	}
	out, err := archive.Chain(os.Stdout, filters...)
	if err != nil {
		return err
	}
	d, err := dump.Open(ctx, wordpress.Database{Name: *name, User: "root", Socket: *socket}, dump.Options{Threads: *threads})
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Write(ctx, out); err != nil {
		return err
	}
	return out.Close()
}

// shellWords quotes the words of a command for the shell.
func shellWords(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}

// parts returns the parts of wp-oneway that contestants run in separate processes.
func parts() map[string]func(context.Context, []string) error {
	return map[string]func(context.Context, []string) error{"put": put, "dump-once": dumpOnce}
}
