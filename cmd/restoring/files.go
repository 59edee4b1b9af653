package restoring

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// filesOptions are the flags of restore for files.
type filesOptions struct {
	to               string
	inPlace          bool
	allowPaths       []string
	include, exclude []string
	overwrite        string
	delete           bool
	owner            string
	numericOwner     bool
	setuid           bool
	withCore         bool
}

func (o *filesOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.to, "to", "", "`folder` that becomes the site's root")
	f.BoolVar(&o.inPlace, "in-place", false, "restore files from outside the root to their original places, if the site at --to uses these places")
	f.StringArrayVar(&o.allowPaths, "allow-path", nil, "`path` outside the root that --in-place may write to; may be repeated")
	f.StringArrayVar(&o.include, "include", nil, "restore only this `path`, relative to the site's root, and what is below it; may be repeated")
	f.StringArrayVar(&o.exclude, "exclude", nil, "do not restore, replace or delete this `path` and what is below it; may be repeated")
	f.StringVar(&o.overwrite, "overwrite", "", "`which` existing files are replaced: always, if-changed (size, time or mode differ), if-newer (the file of the backup is newer) or never")
	f.BoolVar(&o.delete, "delete", false, "delete files that the backup does not have; list them first")
	f.StringVar(&o.owner, "owner", "", "`user` who owns the files, and with whose rights they are written (default: the owner of the folder, or of its parent folder)")
	f.BoolVar(&o.numericOwner, "numeric-owner", false, "give the files the user and group IDs of the backup, except root's")
	f.BoolVar(&o.setuid, "preserve-setuid", false, "keep the setuid, setgid and sticky bits")
	f.BoolVar(&o.withCore, "with-core", false, "print the command that downloads WordPress itself, if it is not in the backup; download nothing")
}

func (o *filesOptions) check() error {
	if _, err := tree.ParseOverwrite(o.overwrite); err != nil {
		return exit.Usage(fmt.Errorf("--overwrite %w", err))
	}
	for _, list := range [][]string{o.include, o.exclude} {
		for i, p := range list {
			clean, err := reading.PathInSite(p)
			if err != nil {
				return err
			}
			list[i] = clean
		}
	}
	switch {
	case o.delete && o.overwrite == "":
		return exit.Usage(errors.New("--delete needs --overwrite, which says which existing files are replaced"))
	case o.owner != "" && o.numericOwner:
		return exit.Usage(errors.New("--owner and --numeric-owner exclude each other; give one of them"))
	}
	return nil
}

// filesPart returns the part that restores the files of a run.
func (r *Restorer) filesPart(ctx context.Context, o *Options, run *catalog.Run, details *manifest.Details) (*tree.Target, error) {
	overwrite, err := tree.ParseOverwrite(o.overwrite)
	if err != nil {
		return nil, err
	}
	to := tree.Options{
		Path: o.to, Root: reading.RootInArchive(details), Include: o.include, Exclude: o.exclude, Overwrite: overwrite, Delete: o.delete, Dry: o.dryRun,
		NumericOwner: o.numericOwner, Setuid: o.setuid, User: userOf, Bytes: reading.RawBytes(run, manifest.FilesStream), Files: run.Manifest.Counts.Files,
		Say:  func(text string) { r.Say(ctx, text) },
		Warn: func(text string) { r.Warn(ctx, text) },
		Change: func(c tree.Change) error {
			if _, err := fmt.Fprintf(r.Out, "%-7s %s\n", c.Action, c.Path); err != nil {
				return fmt.Errorf("print the changes: %w", err)
			}
			return nil
		},
	}
	if o.owner != "" {
		owner, err := lookUpUser(o.owner)
		if err != nil {
			return nil, err
		}
		to.Owner = &owner
	}
	if o.inPlace {
		if to.Others, err = r.placesOutside(ctx, o, details); err != nil {
			return nil, err
		}
	}
	return tree.New(to), nil
}

// userOf returns a user with the groups that the user database lists for this user.
func userOf(uid uint32) (tree.User, error) {
	owner, err := source.LookupOwner(uid)
	return tree.User{UID: owner.UID, GID: owner.GID, Groups: owner.Groups}, err
}

// lookUpUser finds a user by name or number.
func lookUpUser(name string) (tree.User, error) {
	id := name
	if u, err := user.Lookup(name); err == nil {
		id = u.Uid
	}
	uid, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return tree.User{}, exit.Usage(fmt.Errorf("--owner %s: there is no such user", name))
	}
	return userOf(uint32(uid))
}

// placesOutside returns the paths outside the root that are restored in place.
func (r *Restorer) placesOutside(ctx context.Context, o *Options, details *manifest.Details) (map[string]string, error) {
	root, err := safefs.PlannedPath(o.to)
	if err != nil {
		return nil, fmt.Errorf("restore to %s: %w", o.to, err)
	}
	if details.Root != root {
		return nil, exit.Usage(fmt.Errorf("--in-place: the backup is of a site at %q, and --to is %q; omit --in-place, or correct --to", details.Root, root))
	}
	job, err := sites.Job(ctx, r.Config, root)
	var facts source.Facts
	if err == nil {
		facts, err = (&agent.Agent{Version: r.Version, Log: r.Log}).Inspect(ctx, job)
	}
	if err != nil {
		r.Warn(ctx, fmt.Sprintf("cannot read which folders the site at %s uses, so files from outside of it are restored only into the folders of --allow-path: %v", root, err))
		return tree.InPlace(details.Base, root, o.allowPaths, nil, "")
	}
	c := facts.Config
	used := append([]string{c.ContentDir, c.PluginDir, c.UploadsDir, c.ConfigFile}, append(c.BlogsDirs, c.Files...)...)
	used = slices.DeleteFunc(used, func(path string) bool { return path == "" })
	return tree.InPlace(details.Base, root, o.allowPaths, used, facts.Home)
}

// sayFiles prints what was done. It also prints how to get WordPress itself, if that is missing
// or the operator asks.
func (r *Restorer) sayFiles(ctx context.Context, o *Options, run *catalog.Run, t *tree.Target) {
	sum := t.Sum
	verb := "restored"
	if o.dryRun {
		verb = "would be restored"
	}
	r.Say(ctx, fmt.Sprintf("files: %d %s (%d new, %d replaced), %d unchanged; not in the backup: %d kept, %d deleted",
		sum.Created+sum.Replaced, verb, sum.Created, sum.Replaced, sum.Kept, sum.Others, sum.Deleted))
	if t.HasCore() && !o.withCore {
		return
	}
	release := run.Manifest.Release()
	download := "run wp core download --version=" + release
	if release == "" {
		download = "its version is unknown; run wp core download"
	}
	r.Say(ctx, fmt.Sprintf("WordPress itself is not in the backup: %s --skip-content --path=%s", download, o.to))
}

// endFiles ends earlier restores: it removes the old files that they kept, or puts them back.
func (r *Restorer) endFiles(ctx context.Context, o *Options) error {
	end, what := tree.Confirm, "removed "
	if o.undo {
		end, what = tree.Undo, "put back "
	}
	paths, err := end(o.to, o.allowPaths)
	for _, p := range paths {
		r.Say(ctx, what+p)
	}
	if err == nil && len(paths) == 0 {
		return fmt.Errorf("find the old files of a restore to %s: there are none", o.to)
	}
	return err
}
