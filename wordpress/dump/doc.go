// Package dump writes a MySQL or MariaDB database as SQL that the stock client
// restores to the same database: every object and every byte, as they were at
// one moment, without stopping the site that uses it.
//
// The driver github.com/go-sql-driver/mysql connects and proves who we are; from
// then on the package speaks the text protocol itself, because driver.Rows boxes
// every value of every row, and converts numbers that have to stay as the server
// wrote them.
package dump
