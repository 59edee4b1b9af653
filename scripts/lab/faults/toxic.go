package faults

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// RandomToxic returns a random fault of connections as JSON for toxiproxy: latency, an end or a
// reset after random bytes or a random time, no answer, low bandwidth, or small packets. "" means
// no fault.
func RandomToxic(r *rand.Rand) string {
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

// StartToxiproxy starts toxiproxy in front of the server at upstream (HOST:PORT), with a fault
// from RandomToxic. It returns the proxy's URL, and a function that stops the proxy.
func StartToxiproxy(upstream, toxic string) (endpoint string, stop func(), err error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	proxy := toxiproxy.NewProxy(server, "s3", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		return "", nil, fmt.Errorf("start toxiproxy: %w", err)
	}
	if toxic != "" {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			proxy.Stop()
			return "", nil, fmt.Errorf("add toxic %s: %w", toxic, err)
		}
	}
	return "http://" + proxy.Listen, proxy.Stop, nil
}
