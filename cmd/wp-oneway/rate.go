package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/dustin/go-humanize"
)

// A byteRate is a number of bytes per second, written as 20MiB/s or 500kB; 0 is
// no limit.
type byteRate int64

// leastRate is below any rate that somebody means: 20, for 20 MiB/s.
const leastRate = 16 << 10

// rateHook reads a byteRate.
func rateHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[byteRate]() {
		return value, nil
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if text == "" || text == "0" {
		return byteRate(0), nil
	}
	n, err := humanize.ParseBytes(strings.TrimSpace(strings.TrimSuffix(text, "/s")))
	if err != nil || n > math.MaxInt64 {
		return nil, fmt.Errorf("%q is no rate; write it as 20MiB/s", text)
	}
	if n < leastRate {
		return nil, fmt.Errorf("%q is %d bytes per second, too little for any backup to end; write it as 20MiB/s", text, n)
	}
	return byteRate(n), nil
}
