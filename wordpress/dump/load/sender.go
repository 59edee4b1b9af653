package load

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// maxQueued is the maximum length in bytes of a statement that is sent while the next one is read.
const maxQueued = 4 << 20

// A sender sends statements to the server. It sends INSERT statements while the next ones are read.
// It sends any other statement after all earlier statements were executed. It uses one session:
// several sessions would fill the pages of a table in a worse order, and would only be faster if
// the server had unused processors.
type sender struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	l       *Loader
	conn    *mysql.Conn // nil in a dry run
	queue   chan job
	buffers chan []byte // free buffers for the text of statements
	pending sync.WaitGroup
	done    sync.WaitGroup
}

// A job is an INSERT statement to send.
type job struct {
	table  *loaded
	text   []byte
	insert dumpfile.Insert
	rows   int64
}

func newSender(ctx context.Context, l *Loader) *sender {
	s := &sender{l: l, queue: make(chan job)}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	if l.o.DryRun {
		return s
	}
	s.conn = l.main
	s.buffers = make(chan []byte, 2)
	for range cap(s.buffers) {
		s.buffers <- nil
	}
	s.done.Go(s.work)
	return s
}

// work sends the queued statements.
func (s *sender) work() {
	for j := range s.queue {
		if s.ctx.Err() == nil {
			if err := s.send(j); err != nil {
				s.cancel(err)
			}
		}
		s.buffers <- j.text
		s.pending.Done()
	}
}

// send sends an INSERT statement.
func (s *sender) send(j job) error {
	if len(j.text) > maxText(s.conn) {
		return s.sendSplit(j)
	}
	return s.write(j, []byte("INSERT INTO "+sqltext.Ident(j.table.scratch)), j.text[j.insert.NameEnd:])
}

// maxText returns the maximum length in bytes of a statement that a server accepts, minus some space
// for a longer name of the table.
func maxText(conn *mysql.Conn) int {
	return int(min(conn.Server().MaxPacket, dumpfile.MaxStatement)) - 1024
}

func (s *sender) write(j job, parts ...[]byte) error {
	outcome, err := s.conn.Write(s.ctx, parts...)
	if err != nil {
		return fmt.Errorf("restore table %s: %w", sqltext.DisplayName(j.table.name), err)
	}
	if outcome.Affected != uint64(j.rows) {
		return fmt.Errorf("restore table %s: the server stored %d rows of %d", sqltext.DisplayName(j.table.name), outcome.Affected, j.rows)
	}
	if outcome.Warnings == 0 {
		return nil
	}
	list, err := s.conn.Rows(s.ctx, "SHOW WARNINGS LIMIT 1", 3)
	if err != nil {
		return fmt.Errorf("restore table %s: %w", sqltext.DisplayName(j.table.name), err)
	}
	w := s.l.warnings[j.table.name]
	if w.count += int(outcome.Warnings); w.first == "" && len(list) > 0 {
		w.first = list[0][2].Text
	}
	s.l.warnings[j.table.name] = w
	return nil
}

// sendSplit sends a statement that is longer than the server accepts as several statements.
func (s *sender) sendSplit(j job) error {
	head := append([]byte("INSERT INTO "+sqltext.Ident(j.table.scratch)), j.text[j.insert.NameEnd:j.insert.Rows]...)
	room := maxText(s.conn) - len(head)
	var begin, rows, last int // start and number of the rows to send next, and start of the last row
	flush := func(end int) error {
		if rows == 0 {
			return nil
		}
		if size := end - begin; size > room {
			return tooLong(j.table.name, size)
		}
		part := j
		part.rows = int64(rows)
		err := s.write(part, head, bytes.TrimRight(j.text[begin:end], ",\n"))
		begin, rows = end, 0
		return err
	}
	begin = j.insert.Rows
	last = begin
	_, err := j.insert.Values(j.text, func(column int, _ dumpfile.ValueKind, from, _ int) error {
		if column > 0 {
			return nil
		}
		row := from - 1 // the parenthesis before the row
		if row-begin > room && last > begin {
			rows--
			if err := flush(last); err != nil {
				return err
			}
			rows = 1
		}
		last = row
		rows++
		return nil
	})
	if err != nil {
		return err
	}
	if len(j.text)-begin > room && last > begin {
		rows--
		if err := flush(last); err != nil {
			return err
		}
		rows = 1
	}
	return flush(len(j.text))
}

func tooLong(table string, size int) error {
	return fmt.Errorf("restore table %s: a row has %d bytes, more than the server's max_allowed_packet allows; set max_allowed_packet to at least %dM on the server",
		sqltext.DisplayName(table), size, size>>20+2)
}

// checkSize returns an error if a row is longer than the server accepts.
func (l *Loader) checkSize(text []byte, in dumpfile.Insert) error {
	room := maxText(l.main) - in.Rows
	if len(text) <= room {
		return nil
	}
	begin := in.Rows
	longest := 0
	_, err := in.Values(text, func(column int, _ dumpfile.ValueKind, from, to int) error {
		if column == 0 {
			begin = from
		}
		longest = max(longest, to-begin)
		return nil
	})
	if err == nil && longest > room {
		err = tooLong(in.Table, longest)
	}
	return err
}

// rows queues an INSERT statement, and gives the scanner another buffer.
func (s *sender) rows(scanner *dumpfile.Scanner, j job) error {
	if len(j.text) > maxQueued {
		if err := s.wait(); err != nil {
			return err
		}
		return s.send(j)
	}
	buffer := <-s.buffers // work gives its buffer back even if sending fails
	if err := s.ended(); err != nil {
		return err
	}
	s.pending.Add(1)
	s.queue <- j
	scanner.Keep(buffer)
	return nil
}

// alone sends a statement after all earlier statements were executed.
func (s *sender) alone(text []byte) error {
	if s.conn == nil {
		return nil
	}
	if err := s.wait(); err != nil {
		return err
	}
	_, err := s.conn.Write(s.ctx, text)
	return err
}

// wait waits until all queued statements were sent.
func (s *sender) wait() error {
	s.pending.Wait()
	return s.ended()
}

func (s *sender) ended() error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return nil
}

// finish waits until everything was sent, and ends the sender. It returns the error if sending
// failed.
func (s *sender) finish() error {
	err := s.wait()
	close(s.queue)
	s.done.Wait()
	s.cancel(nil)
	return err
}
