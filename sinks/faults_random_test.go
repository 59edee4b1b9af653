package sinks_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// rounds is how many random runs there are: WP_ONEWAY_FAULT_ROUNDS, else 40.
func rounds(t *testing.T) int {
	t.Helper()
	s := os.Getenv("WP_ONEWAY_FAULT_ROUNDS")
	if s == "" {
		return 40
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("WP_ONEWAY_FAULT_ROUNDS: %v", err)
	}
	return n
}

// Whatever happens to the requests and to the connections beneath them, a run ends
// with its manifest and all it names, or without a manifest; and what is stored
// under a name is never a part of a stream.
func TestS3RandomFaults(t *testing.T) {
	minio := startMinIO(t, false)
	var (
		mu               sync.Mutex
		complete, failed int
		gate             = make(chan struct{}, 4)
	)
	t.Run("rounds", func(t *testing.T) {
		for seed := range rounds(t) {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				gate <- struct{}{}
				defer func() { <-gate }()
				ok := faultyRun(t, minio, uint64(seed)) //nolint:gosec // a round is not negative
				mu.Lock()
				defer mu.Unlock()
				if ok {
					complete++
				} else {
					failed++
				}
			})
		}
	})
	t.Logf("%d runs complete, %d failed", complete, failed)
	if complete == 0 || failed == 0 {
		t.Error("the faults are too rare or too many to show anything")
	}
}

// faultyRun stores two streams and then a manifest of them, and checks what came of it.
func faultyRun(t *testing.T, minio *lab.MinIO, seed uint64) (complete bool) {
	r := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // faults, not secrets
	bucket := newBucket(t, minio, true)
	rate := []float64{0, 0.1, 0.3, 0.6}[r.IntN(4)]
	var lock sync.Mutex
	proxy := newFaultyProxy(t, minio, func(string, int) fault {
		lock.Lock()
		defer lock.Unlock()
		if r.Float64() > rate {
			return none
		}
		return []fault{drop, lose, lose, corrupt, hang, busy, broken, unsure, unsure, clash, refused, expire}[r.IntN(12)]
	})
	lock.Lock()
	toxic := randomToxic(r)
	sizes := []int{r.IntN(3 * short), r.IntN(long)}
	lock.Unlock()
	throughToxic := &faultyProxy{Server: proxy.Server, toxic: poison(t, strings.TrimPrefix(proxy.URL, "http://"), toxic)}
	sink := through(t, throughToxic, minio, bucket, "", sinks.Options{Stall: time.Second, Retry: 2 * time.Second})
	want := map[string][]byte{}
	var named []sinks.Object
	for i, size := range sizes {
		name := fmt.Sprintf("stream-%d", i)
		want["host/"+name] = pattern(size)
		receipt, err := sink.Put(t.Context(), name, bytes.NewReader(pattern(size)))
		if err != nil {
			t.Logf("seed %d, toxic %s: %v", seed, toxic, err)
			checkStored(t, minio, bucket, want)
			return false
		}
		named = append(named, receipt.Objects...)
	}
	manifest, err := json.Marshal(named)
	if err != nil {
		t.Fatal(err)
	}
	want["host/manifest"] = manifest
	_, err = sink.Put(t.Context(), "manifest", bytes.NewReader(manifest))
	stored := checkStored(t, minio, bucket, want)
	if err != nil && !errors.Is(err, sinks.ErrExists) && stored["host/manifest"] {
		t.Logf("seed %d: the manifest is stored, and every answer to it was lost", seed)
	}
	if err == nil && !stored["host/manifest"] {
		t.Errorf("seed %d: the manifest was acknowledged and is not stored", seed)
	}
	for _, o := range named {
		if !stored["host/"+o.Name] || sha256.Sum256(want["host/"+o.Name]) != o.SHA256 {
			t.Errorf("seed %d: %s was acknowledged and is not what was sent", seed, o.Name)
		}
	}
	return err == nil
}

// checkStored checks that every object is a whole stream, or the empty one that
// settled a lost answer, and tells which whole ones are there.
func checkStored(t *testing.T, minio *lab.MinIO, bucket string, want map[string][]byte) map[string]bool {
	t.Helper()
	there := map[string]bool{}
	seen := map[string]int{}
	for _, o := range objects(t, minio, bucket) {
		if seen[o.Key]++; seen[o.Key] > 1 {
			t.Errorf("%s was overwritten", o.Key)
		}
		got := content(t, minio, bucket, o.Key)
		there[o.Key] = bytes.Equal(got, want[o.Key])
		if !there[o.Key] && len(got) != 0 {
			t.Errorf("%s holds %d bytes that are not what was sent", o.Key, len(got))
		}
	}
	return there
}

// randomToxic is what a run's connections suffer, in toxiproxy's own words.
func randomToxic(r *rand.Rand) string {
	stream := []string{"upstream", "downstream"}[r.IntN(2)]
	kinds := []string{
		"",
		`"type":"latency","attributes":{"latency":50,"jitter":50}`,
		fmt.Sprintf(`"type":"limit_data","attributes":{"bytes":%d}`, r.IntN(8<<20)),
		fmt.Sprintf(`"type":"reset_peer","attributes":{"timeout":%d}`, r.IntN(300)),
		`"type":"timeout","attributes":{"timeout":0}`,
		`"type":"bandwidth","attributes":{"rate":8000}`,
		`"type":"slicer","attributes":{"average_size":8000,"size_variation":4000,"delay":10}`,
	}
	kind := kinds[r.IntN(len(kinds))]
	if kind == "" {
		return ""
	}
	return fmt.Sprintf(`{"name":"toxic","stream":%q,"toxicity":0.4,%s}`, stream, kind)
}

// poison puts toxiproxy before a server and returns its address.
func poison(t *testing.T, upstream, toxic string) string {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	proxy := toxiproxy.NewProxy(server, "s3", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	if toxic != "" {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Fatal(err)
		}
	}
	return "http://" + proxy.Listen
}
