package lab

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A Database is one database of a server, and an account with all privileges on it.
type Database struct {
	Server   *Server
	Name     string
	User     string
	Password string
	Prefix   string
}

// create creates the database and its account. It replaces existing ones.
func (d Database) create(ctx context.Context) error {
	quoted := quoteName(d.Name)
	account := sqlString(d.User) + "@localhost"
	err := d.Server.Exec(ctx,
		"DROP DATABASE IF EXISTS "+quoted,
		"CREATE DATABASE "+quoted+" CHARACTER SET utf8mb4",
		"CREATE OR REPLACE USER "+account+" IDENTIFIED BY "+sqlString(d.Password),
		"GRANT ALL ON "+quoted+".* TO "+account)
	if err != nil {
		return fmt.Errorf("create database %s: %w", d.Name, err)
	}
	return nil
}

// CreateDatabase creates an empty database, and an account with all privileges on it. It replaces
// an existing database with the same name.
func CreateDatabase(ctx context.Context, server *Server, name, password string) (*Database, error) {
	d := &Database{Server: server, Name: name, User: name, Password: password, Prefix: "wp_"}
	return d, d.create(ctx)
}

// Sibling creates another empty database on the same server for the same account. It replaces an
// existing database with the same name.
func (d Database) Sibling(ctx context.Context, name string) (*Database, error) {
	quoted := quoteName(name)
	err := d.Server.Exec(ctx,
		"DROP DATABASE IF EXISTS "+quoted,
		"CREATE DATABASE "+quoted+" CHARACTER SET utf8mb4",
		"GRANT ALL ON "+quoted+".* TO "+sqlString(d.User)+"@localhost")
	if err != nil {
		return nil, fmt.Errorf("create database %s: %w", name, err)
	}
	d.Name = name
	return &d, nil
}

// Open connects to the database with the server's account root.
func (d Database) Open() (*sql.DB, error) {
	return sql.Open("mysql", d.Server.DSN(d.Name))
}

// AsRoot returns the same database with the account root, which may create objects that belong to
// other accounts.
func (d Database) AsRoot() Database {
	d.User, d.Password = "root", ""
	return d
}

// client returns the standard client, connected to the database.
func (d Database) client(args ...string) Stage {
	return Stage{
		Args: append(append([]string{"mysql", "--no-defaults", "--socket=" + d.Server.Socket, "--user=" + d.User}, args...), d.Name),
		Env:  []string{"MYSQL_PWD=" + d.Password},
	}
}

// quoteName returns s as a quoted SQL identifier.
func quoteName(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

// sqlString returns s as an SQL string literal.
func sqlString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}
