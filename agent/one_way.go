package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// requireOneWay refuses a sink that the doctor has not proved to be one-way with the
// credential in use. It does not contact the sink.
func (a *Agent) requireOneWay(ctx context.Context, job Job, sink sinks.Sink) error {
	if _, ok := sinks.As[sinks.Authenticator](sink); !ok {
		return errors.New("refused by --require-one-way: a folder cannot be one-way; remove it, or set require_one_way: false for it in the configuration")
	}
	credential, err := sinks.Credential(ctx, sink)
	if err != nil {
		return err
	}
	reason, err := a.Dirs.CheckOneWay(sinks.Location(sink), credential, a.Now())
	if err != nil {
		return err
	}
	if reason != "" {
		return fmt.Errorf("refused by --require-one-way: %s; run: wp-oneway doctor %s --to %s", reason, sinks.Quote(job.Place.Path), sinks.Quote(sink.String()))
	}
	return nil
}
