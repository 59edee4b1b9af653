package agent

import (
	"errors"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// errRestart marks an error of a worker's that restartable would have known here.
var errRestart = errors.New("the run may start again")

// restartable tells whether an error is of the kind that sending the site once
// more, under a new name, may mend.
func restartable(err error) bool {
	return errors.Is(err, errRestart) || errors.Is(err, sinks.ErrRestart) || errors.Is(err, dump.ErrChanged) ||
		errors.Is(err, mysql.ErrLost)
}
