package sinks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// A piece is one object of a long stream while it is being sent.
type piece struct {
	name string
	id   string // of the multipart upload
	sum  *checksum

	mu    sync.Mutex
	parts []types.CompletedPart // in order; each is filled in once it is sent
	done  bool                  // completed: nothing to abort
}

// putLong sends a stream in parts, and in several pieces beyond o.MaxParts. No piece
// is completed before the stream has ended and every part is stored. The piece with
// the stream's own name is completed last.
func (s *s3Sink) putLong(ctx context.Context, name string, in *stream, rec *Receipt) (err error) {
	var pieces []*piece
	defer func() {
		if err != nil {
			s.abort(ctx, pieces)
		}
	}()
	if pieces, err = s.sendParts(ctx, name, in); err != nil {
		return err
	}
	defer every(time.Second, in.alive)()
	objects := make([]Object, len(pieces))
	for i, p := range slices.Backward(pieces) {
		o, resolved, err := s.complete(ctx, p)
		if err != nil {
			return err
		}
		p.done = true
		objects[i] = o
		if resolved {
			rec.Notes = append(rec.Notes, noteSettled)
		}
	}
	rec.Objects = objects
	return nil
}

// every calls f once per d until stop is called.
func every(d time.Duration, f func()) (stop func()) {
	tick, done := time.NewTicker(d), make(chan struct{})
	go func() {
		for {
			select {
			case <-tick.C:
				f()
			case <-done:
				return
			}
		}
	}()
	return func() {
		tick.Stop()
		close(done)
	}
}

// sendParts sends all parts and returns the pieces that were begun, even on failure.
func (s *s3Sink) sendParts(ctx context.Context, name string, in *stream) (pieces []*piece, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.o.Parallel)
	var now *piece
	sum := in.sum // of the current piece
	for p := in.first; p != nil; {
		if now == nil || len(now.parts) == s.o.MaxParts {
			if len(pieces) == s.o.pieces {
				p.release()
				err = fmt.Errorf("the stream is longer than %d objects of %d parts of %d MiB; leave something out", s.o.pieces, s.o.MaxParts, s.o.PartSize/BlockSize)
				break
			}
			if now, err = s.begin(ctx, pieceName(name, len(pieces)), sum); err != nil {
				p.release()
				break
			}
			pieces = append(pieces, now)
		}
		to, number := now, now.reserve()
		sent := p
		group.Go(func() error {
			defer sent.release()
			return s.sendPart(ctx, to, number, sent)
		})
		if len(now.parts) == s.o.MaxParts {
			sum = &checksum{}
		}
		if p, err = in.part(ctx, sum); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if failed := group.Wait(); failed != nil && (err == nil || errors.Is(err, context.Canceled) || errors.Is(err, failed)) {
		err = failed
	}
	return pieces, err
}

// reserve takes the next part number.
func (p *piece) reserve() int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts = append(p.parts, types.CompletedPart{})
	return int32(len(p.parts)) //nolint:gosec // never beyond MaxParts
}

// beginGrace is how long the response to CreateMultipartUpload is awaited after the
// upload was cancelled: without its upload ID, the upload cannot be aborted.
const beginGrace = 3 * time.Second

// begin begins a multipart upload, and returns it even if ctx has ended meanwhile.
func (s *s3Sink) begin(ctx context.Context, name string, sum *checksum) (*piece, error) {
	in := &s3.CreateMultipartUploadInput{
		Bucket: &s.c.bucket, Key: aws.String(s.c.key(name)),
		StorageClass: types.StorageClass(s.c.storageClass), ExpectedBucketOwner: given(s.c.owner),
		ServerSideEncryption: types.ServerSideEncryption(s.c.sse), SSEKMSKeyId: given(s.c.kmsKey),
	}
	if !s.c.md5 {
		in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme
		in.ChecksumType = types.ChecksumTypeFullObject
	}
	p := &piece{name: name, sum: sum}
	err := s.retry(ctx, request{
		op:    "CreateMultipartUpload",
		stall: s.o.Stall,
		send: func(ctx context.Context, _ func()) (bool, error) {
			ctx, cancel := outlive(ctx, beginGrace)
			defer cancel()
			out, err := s.client.CreateMultipartUpload(ctx, in)
			if err != nil {
				return false, err
			}
			if p.id = aws.ToString(out.UploadId); p.id == "" {
				// Without an upload ID, a part would become an object with the stream's name.
				return false, &failure{cause: errors.New("the store answered 200 without an upload ID")}
			}
			return false, nil
		},
	})
	return p, err
}

// outlive returns a context that ends grace later than ctx.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(late, func() { timer.Stop() })
	})
	return late, func() {
		stop()
		cancel()
	}
}

// sendPart sends one part. It may be sent several times without harm, so it is sent
// until the store confirms it.
func (s *s3Sink) sendPart(ctx context.Context, to *piece, number int32, p *part) error {
	in := s3.UploadPartInput{
		Bucket: &s.c.bucket, Key: aws.String(s.c.key(to.name)), UploadId: &to.id, PartNumber: &number,
		ContentLength: &p.size, ExpectedBucketOwner: given(s.c.owner),
	}
	if s.c.md5 {
		in.ContentMD5 = p.md5()
	} else {
		in.ChecksumCRC64NVME = aws.String(encodeCRC(p.crc))
	}
	done := types.CompletedPart{PartNumber: &number, ChecksumCRC64NVME: in.ChecksumCRC64NVME}
	err := s.retry(ctx, request{
		op:    "UploadPart",
		stall: s.o.Stall,
		send: func(ctx context.Context, progress func()) (bool, error) {
			b := &body{part: p, progress: progress}
			defer b.detach()
			in := in
			in.Body = b
			out, err := s.client.UploadPart(ctx, &in)
			if err != nil {
				return false, err
			}
			if !b.detach() {
				return false, errEarly()
			}
			done.ETag = out.ETag
			return false, s.confirm(out.ETag, out.ChecksumCRC64NVME, p.crc)
		},
		resolve: uploadGone,
	})
	if err != nil {
		return err
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	to.parts[number-1] = done
	return nil
}

// uploadGone recognizes that an upload was aborted by a lifecycle rule or by another
// holder of the credential.
func uploadGone(err error, _ bool) (bool, error) {
	if codeOf(err) != "NoSuchUpload" {
		return false, nil
	}
	return true, fmt.Errorf("the upload was aborted by someone else: %w", ErrRestart)
}

// complete makes a piece's parts an object. The response may be lost after it took
// effect; resolved reports that a further request has shown this.
func (s *s3Sink) complete(ctx context.Context, p *piece) (o Object, resolved bool, err error) {
	o = p.sum.object(p.name)
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &s.c.bucket, Key: aws.String(s.c.key(p.name)), UploadId: &p.id, IfNoneMatch: s.ifNew(),
		ExpectedBucketOwner: given(s.c.owner), MultipartUpload: &types.CompletedMultipartUpload{Parts: p.parts},
	}
	if !s.c.md5 {
		in.ChecksumCRC64NVME = aws.String(encodeCRC(o.CRC64NVME))
		in.ChecksumType = types.ChecksumTypeFullObject
		in.MpuObjectSize = &o.Bytes
	}
	err = s.retry(ctx, request{
		op: "CompleteMultipartUpload",
		// Some stores join the parts before they answer, and some send spaces meanwhile.
		stall:   5 * s.o.Stall,
		longest: 30 * s.o.Stall,
		send: func(ctx context.Context, progress func()) (bool, error) {
			out, err := s.client.CompleteMultipartUpload(withResponseProgress(ctx, progress), in)
			if err != nil {
				return true, err
			}
			if aws.ToString(out.ETag) == "" { // a truncated response looks like this
				return true, errors.New("the store answered 200 without an ETag")
			}
			o.ETag, o.VersionID = aws.ToString(out.ETag), aws.ToString(out.VersionId)
			return false, s.confirm(out.ETag, out.ChecksumCRC64NVME, o.CRC64NVME)
		},
		resolve: func(err error, maybe bool) (bool, error) {
			over, result := s.resolveComplete(ctx, p, err, maybe)
			resolved = over && result == nil
			return over, result
		},
	})
	return o, resolved, err
}

// resolveComplete decides what a failed CompleteMultipartUpload means when the response
// to an earlier one may have been lost after it took effect.
func (s *s3Sink) resolveComplete(ctx context.Context, p *piece, err error, maybe bool) (bool, error) {
	code := codeOf(err)
	switch {
	case nameExists(err) && maybe:
		return true, nil
	case nameExists(err):
		return true, ErrExists
	case code == "NoSuchUpload" && maybe && !s.c.overwrite:
		return true, s.probe(ctx, p.name)
	case code == "NoSuchUpload" && maybe:
		return true, fmt.Errorf("its last response was lost, and without conditional writes it is unknown whether the object is stored: %w", ErrRestart)
	case code == "NoSuchUpload", code == "InvalidPart", code == "InvalidPartOrder", code == "BadDigest", code == "ConditionalRequestConflict", statusOf(err) == 409:
		return true, fmt.Errorf("%w: %w", explain(err, "CompleteMultipartUpload", s.c), ErrRestart)
	}
	return false, nil
}

// nameExists reports whether the store refused because the name exists. The status of a
// completion may be sent before the store knows this, and be 200.
func nameExists(err error) bool { return statusOf(err) == 412 || codeOf(err) == "PreconditionFailed" }

// probe finds out without reading whether our object is stored under name: the store
// refuses to create an empty object if it is. If it is not, the empty object occupies
// the name, and the stream needs a new name anyway.
func (s *s3Sink) probe(ctx context.Context, name string) error {
	o := Object{Name: name}
	return s.retry(ctx, request{
		op:    "PutObject",
		stall: s.o.Stall,
		send: func(ctx context.Context, progress func()) (bool, error) {
			if _, err := s.putObject(ctx, &part{}, &o, progress); err != nil {
				return false, err
			}
			return false, &failure{cause: errors.New("its last response was lost, and it is not stored"), restart: true}
		},
		resolve: func(err error, _ bool) (bool, error) { return nameExists(err), nil },
	})
}

// abort aborts the pieces that are not completed, even if ctx has ended.
func (s *s3Sink) abort(ctx context.Context, pieces []*piece) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for _, p := range pieces {
		if p.done {
			continue
		}
		err := s.retry(ctx, request{
			op:    "AbortMultipartUpload",
			stall: s.o.Stall,
			send: func(ctx context.Context, _ func()) (bool, error) {
				_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
					Bucket: &s.c.bucket, Key: aws.String(s.c.key(p.name)), UploadId: &p.id, ExpectedBucketOwner: given(s.c.owner),
				})
				return false, err
			},
			resolve: func(err error, _ bool) (bool, error) { return codeOf(err) == "NoSuchUpload", nil },
		})
		if err != nil {
			s.o.Logger.Warn("a failed upload could not be aborted; its parts cost money until the bucket's lifecycle rule AbortIncompleteMultipartUpload removes them",
				"bucket", s.c.bucket, "key", s.c.key(p.name), "error", strings.TrimSpace(err.Error()))
		}
	}
}
