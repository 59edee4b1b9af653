package manifest

import (
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// Details contains names of the site's content. The manifest must not contain them, because it
// is readable without the key. Details pass through the same filters as the streams.
type Details struct {
	Version     int                 `json:"version"`
	Base        string              `json:"base,omitempty"` // the folder that entry names of the files are relative to
	Root        string              `json:"root"`
	Layout      string              `json:"layout"`
	Multisite   bool                `json:"multisite"`
	TablePrefix string              `json:"table_prefix"`
	ContentDir  string              `json:"content_dir,omitempty"`
	PluginDir   string              `json:"plugin_dir,omitempty"`
	UploadsDir  string              `json:"uploads_dir,omitempty"`
	SiteURL     string              `json:"site_url,omitempty"`
	ConfigFiles []string            `json:"config_files"`
	Source      string              `json:"source"` // how the configuration was read: static, or php
	Tables      []Table             `json:"tables,omitempty"`
	Dump        *dump.Options       `json:"dump,omitempty"` // what the operator asked to leave out or to change
	Excludes    []files.ExcludeHits `json:"excludes,omitempty"`
	Warnings    wordpress.Notes     `json:"warnings"`
	Unreadable  wordpress.Notes     `json:"unreadable"`
	Privileges  wordpress.Notes     `json:"privileges"` // what the database account could not see or read
}

// A Table is one table of the dump.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}
