package source

import (
	"context"
	"errors"
	"log/slog"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/uploads"
)

// addUploads adds the uploads folders that the database and the constants of a multisite name.
// If something cannot be determined, it is reported as a doubt, and does not prevent the backup
// of the rest. absent is the site's options table if the database has none.
func (l *localSite) addUploads(ctx context.Context, folders *files.Folders, read *config.Site, db wordpress.Database, log *slog.Logger) (absent string, err error) {
	if read.Config.Multisite {
		for _, dir := range read.Config.BlogsDirs {
			folders.MoreUploads = append(folders.MoreUploads, files.Uploads{Path: dir, From: "the constant UPLOADBLOGSDIR or BLOGUPLOADDIR"})
		}
	}
	paths, err := l.readUploadPaths(ctx, read.Config, db, log)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		folders.Doubts = append(folders.Doubts, "the folders of uploads that the database names (the option upload_path) are not known: "+err.Error())
	}
	if paths == nil {
		return "", nil
	}
	for _, note := range paths.Unread.Items {
		folders.Doubts = append(folders.Doubts, "the folders of uploads that the database names (the option upload_path) are not all known: "+note)
	}
	for _, p := range paths.List {
		from := "the option upload_path in " + sqltext.DisplayName(p.Table)
		folder, err := p.Folder(read.Core)
		if err != nil {
			folders.Doubts = append(folders.Doubts, from+" is "+wordpress.QuoteName(p.Value)+": "+err.Error())
			continue
		}
		folders.MoreUploads = append(folders.MoreUploads, files.Uploads{Path: folder, From: from})
	}
	return paths.Absent, nil
}

// readUploadPaths reads the option in the dump's snapshot if there is one, so that it is
// the value that is restored.
func (l *localSite) readUploadPaths(ctx context.Context, c *config.Config, db wordpress.Database, log *slog.Logger) (*uploads.Paths, error) {
	site := uploads.Site{Prefix: db.TablePrefix, Charset: db.Charset, Multisite: c.Multisite, Constant: c.UploadsDir != ""}
	switch {
	case site.Constant && !site.Multisite:
		return &uploads.Paths{}, nil // WordPress does not read the option
	case site.Prefix == "":
		return nil, errors.New("the site's table prefix is unknown")
	case l.dump != nil:
		return uploads.Read(ctx, l.dump.Session(), site)
	}
	options := l.req.Dump
	options.Logger = log
	session, err := dump.Connect(ctx, db, options)
	if err != nil {
		return nil, err
	}
	paths, err := uploads.Read(ctx, session, site)
	return paths, errors.Join(err, session.Close())
}
