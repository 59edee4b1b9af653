// Package lab is the test library: it starts the servers and makes the sites that
// tests, the quickstart and the benchmarks work on, and compares what was restored
// with the original. Each server keeps its data in a folder of its own and listens
// on a Unix socket or a free port; the machine's own services are not touched.
//
// Servers: StartMariaDB, StartMySQL, StartRelease, StartMinIO. Sites: InstallWordPress. Restoring
// with standard tools: RestoreFiles, RestoreDatabase. Comparing: Compare,
// CompareDatabases. Resources of a program: Measure. Package faults disturbs the
// network between a client and a server.
package lab
