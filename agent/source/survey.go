package source

import (
	"context"
	"errors"
	"log/slog"
)

// maxSurveyEvent is the limit of a worker's answer about one site, in bytes.
const maxSurveyEvent = 256 << 10

// An answer holds the facts of one site of a survey, or the error instead.
type answer struct {
	facts Facts
	err   error
}

// ReadConfigs reads the configurations of several sites of one owner, in one worker
// if the owner's rights differ from ours. It calls next with the facts of each site,
// or with the error instead, in the order of reqs. An error means that a worker
// failed at the first site for which next was not called.
func ReadConfigs(ctx context.Context, owner Owner, reqs []Request, next func(Facts, error)) error {
	if owner.NeedsWorker() {
		return readConfigsRemote(ctx, owner, reqs, next)
	}
	for _, req := range reqs {
		a := readConfig(ctx, req)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		next(a.facts, a.err)
	}
	return nil
}

// readConfig reads one configuration, without the password.
func readConfig(ctx context.Context, req Request) answer {
	req.Mode, req.WithPassword = ConfigOnly, false
	site, err := openLocal(ctx, req, slog.New(slog.DiscardHandler))
	if err != nil {
		return answer{err: err}
	}
	defer site.Close()
	facts := site.Facts()
	facts.Config.Files, facts.Config.Doubts, facts.Config.BlogsDirs, facts.Config.DB.CustomTables = nil, nil, nil, nil // a survey does not show them
	facts.truncate()
	return answer{facts: facts}
}

// serveSurvey is the worker's side of a survey.
func serveSurvey(ctx context.Context, reqs []Request, out *eventWriter) error {
	for _, req := range reqs {
		e := event{}
		if a := readConfig(ctx, req); a.err != nil {
			e.Error = newRemoteError(a.err)
		} else {
			e.Facts = &a.facts
		}
		if err := out.send(e); err != nil {
			return err
		}
	}
	return nil
}

func readConfigsRemote(ctx context.Context, owner Owner, reqs []Request, next func(Facts, error)) error {
	p, err := startWorker(ctx, owner, maxSurveyEvent, nil)
	if err != nil {
		return err
	}
	defer p.stop() //nolint:errcheck // it cannot fail
	answers, received := make(chan answer, len(reqs)), 0
	err = p.give(ctx, order{Survey: reqs}, func(e event) error {
		if e.Done {
			return checkAnswers(received, len(reqs))
		}
		if received++; received > len(reqs) {
			return errors.New("worker sent more answers than it was asked for")
		}
		switch {
		case e.Error != nil:
			answers <- answer{err: e.Error}
		case e.Facts != nil:
			answers <- answer{facts: *e.Facts}
		default:
			return errors.New("worker sent " + e.kind() + " in a survey")
		}
		return nil
	})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, p.kill)()
	for range reqs {
		a, err := receive(ctx, p, nil, answers)
		if err != nil {
			return err
		}
		next(a.facts, a.err)
	}
	return nil
}

// checkAnswers refuses the end of a survey that is not complete.
func checkAnswers(received, want int) error {
	if received < want {
		return errEarlyEnd
	}
	return nil
}
