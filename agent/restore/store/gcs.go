package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A gcsStore reads a bucket of Google Cloud Storage.
type gcsStore struct {
	sinks.GCSAccess
	url string
}

func newGCS(access sinks.GCSAccess, url string) *gcsStore { return &gcsStore{access, url} }

// Folder implements Store.
func (*gcsStore) Folder() bool { return false }

// String implements Store.
func (s *gcsStore) String() string { return s.url }

// List implements Store. It holds one page in memory.
func (s *gcsStore) List(ctx context.Context, folder string, found func(Entry) error) error {
	prefix := folderKey(s.Prefix, folder)
	query := &storage.Query{Prefix: prefix, Delimiter: "/"}
	if err := query.SetAttrSelection([]string{"Name", "Size", "Updated", "Created", "Generation"}); err != nil {
		return fmt.Errorf("list gs://%s/%s: %w", s.Bucket, prefix, err)
	}
	objects := s.Client.Bucket(s.Bucket).Objects(ctx, query)
	objects.PageInfo().MaxSize = listPage
	var page ordered
	for {
		attrs, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			return page.flush(found)
		}
		if err != nil {
			return fmt.Errorf("list gs://%s/%s: %w", s.Bucket, prefix, explainGCS(ctx, err))
		}
		key, isFolder := strings.CutSuffix(attrs.Prefix, "/")
		if !isFolder {
			key = attrs.Name
		}
		page.add(key, prefix, folder, Entry{Object: gcsObject("", attrs), IsFolder: isFolder})
		if objects.PageInfo().Remaining() == 0 {
			if err := page.flush(found); err != nil {
				return err
			}
		}
	}
}

// Head implements Store.
func (s *gcsStore) Head(ctx context.Context, name string) (Object, error) {
	key := below(s.Prefix, name)
	attrs, err := s.Client.Bucket(s.Bucket).Object(key).Attrs(ctx)
	if err != nil {
		if err = explainGCS(ctx, err); errors.Is(err, ErrNotExist) {
			return Object{}, err
		}
		return Object{}, fmt.Errorf("read the metadata of gs://%s/%s: %w", s.Bucket, key, err)
	}
	return gcsObject(name, attrs), nil
}

func gcsObject(name string, attrs *storage.ObjectAttrs) Object {
	return Object{Name: name, Bytes: attrs.Size, Modified: attrs.Created, Version: strconv.FormatInt(attrs.Generation, 10)}
}

// Get implements Store.
func (s *gcsStore) Get(ctx context.Context, want Object) (io.ReadCloser, error) {
	key := below(s.Prefix, want.Name)
	object := s.Client.Bucket(s.Bucket).Object(key)
	if want.Version != "" {
		generation, err := strconv.ParseInt(want.Version, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read gs://%s/%s: %q is not a generation", s.Bucket, key, want.Version)
		}
		object = object.Generation(generation)
	}
	r, err := resume(ctx, func(ctx context.Context, from int64, tag string) (part, error) {
		o := object
		if generation, err := strconv.ParseInt(tag, 10, 64); err == nil && want.Version == "" {
			o = object.Generation(generation)
		}
		r, err := o.NewRangeReader(sinks.WithLongAnswer(ctx), from, -1)
		if err != nil {
			return part{}, explainGCS(ctx, err)
		}
		return part{r, r.Attrs.Size, strconv.FormatInt(r.Attrs.Generation, 10)}, nil
	})
	if err != nil && !errors.Is(err, ErrNotExist) {
		return nil, fmt.Errorf("read gs://%s/%s: %w", s.Bucket, key, err)
	}
	return r, err
}

// explainGCS turns an error of Google's client into an error that says what to do.
func explainGCS(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, storage.ErrBucketNotExist) {
		return errors.New("there is no such bucket; correct the URL")
	}
	if errors.Is(err, storage.ErrObjectNotExist) {
		return ErrNotExist
	}
	status := 0
	if e := (*googleapi.Error)(nil); errors.As(err, &e) {
		status = e.Code
	}
	return explainStatus(status, err)
}
