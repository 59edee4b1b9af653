package tree

import (
	"context"
	"fmt"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/files"
)

// Switch implements restore.Part.
func (t *Target) Switch(context.Context) error {
	now := time.Now()
	for i, p := range t.places {
		if !p.ready {
			continue
		}
		if err := p.replace(now); err != nil {
			for _, done := range t.places[:i] {
				err = andAlso(err, done.restoreOld())
			}
			return err
		}
	}
	return nil
}

// Revert implements restore.Part.
func (t *Target) Revert(_ context.Context, cause error) error {
	for _, p := range t.places {
		cause = andAlso(cause, p.restoreOld())
	}
	return cause
}

// andAlso adds the error more, if there is one, to err on the same line.
func andAlso(err, more error) error {
	if more == nil {
		return err
	}
	return fmt.Errorf("%w; %w", err, more)
}

// Commit implements restore.Part.
func (t *Target) Commit(context.Context) error {
	for _, p := range t.places {
		if !p.switched {
			continue
		}
		if err := p.commit(); err != nil {
			return err
		}
	}
	for i, p := range t.places {
		if !p.switched {
			continue
		}
		if t.order.Places[i].Key == files.OutsideFolder {
			t.o.Warn("the files from outside the site's root are in " + p.path + "; move it by hand, or restore with --in-place")
		}
		t.sayOld(p)
	}
	return nil
}

// sayOld reports that a place is restored. If it replaced files, it also says where the old files
// are, and how to remove them or put them back.
func (t *Target) sayOld(p *place) {
	if p.now == nil || p.isEmpty() {
		t.o.Say(p.path + " is restored")
		return
	}
	t.o.Say(fmt.Sprintf("%s is restored; its previous content is in %s: restore --confirm --to %s removes it, restore --undo --to %[3]s puts it back",
		p.path, p.old(), t.places[0].path))
}
