package settings

import (
	"errors"
	"fmt"
	"math"
	"os/user"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/process"
	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// decode sets the fields of a struct to the values of a map. It refuses keys that the struct does
// not have. A field whose key is not in the map keeps its value.
func decode(in map[string]any, out any) error {
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: out, ErrorUnused: true, WeaklyTypedInput: true,
		ZeroFields: true, // a list replaces the existing list
		DecodeHook: mapstructure.ComposeDecodeHookFunc(listHook, textHook, phpHook, userHook, ioHook, loadHook, waitHook, rateHook, sizeHook, durationHook, keepHook, scalarHook),
	})
	if err != nil {
		return err
	}
	if err := d.Decode(in); err != nil {
		return &decodeError{err}
	}
	return nil
}

// A decodeError lists, in one line, the wrong keys and their errors.
type decodeError struct{ cause error }

func (e *decodeError) Error() string {
	_, keys, found := strings.Cut(e.cause.Error(), "\n\n")
	if !found {
		keys = e.cause.Error()
	}
	keys = strings.ReplaceAll(keys, "'' has", "has") // the whole configuration has no name
	return strings.ReplaceAll(strings.TrimSpace(keys), "\n", "; ")
}

func (e *decodeError) Unwrap() error { return e.cause }

// firstKey returns the first key that an error of decode names, such as limits.stall or sinks[0],
// or "" if it names none.
func firstKey(err error) string {
	if e := (*mapstructure.DecodeError)(nil); errors.As(err, &e) {
		return e.Name()
	}
	return ""
}

// A byteRate is a number of bytes per second, written as 20MiB/s or 500kB. 0 means no limit.
type byteRate int64

// leastRate is the lowest accepted rate, in bytes per second: a user who writes 20 means 20
// MiB/s.
const leastRate = 16 << 10

// rateHook reads a byteRate.
func rateHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[byteRate]() {
		return value, nil
	}
	n, err := ParseByteRate(fmt.Sprint(value))
	return byteRate(n), err
}

// ParseByteRate reads a rate such as 20MiB/s, in bytes per second. 0 means no limit.
func ParseByteRate(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "0" {
		return 0, nil
	}
	n, err := humanize.ParseBytes(strings.TrimSpace(strings.TrimSuffix(text, "/s")))
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%q is not a rate; write it as 20MiB/s", text)
	}
	if n < leastRate {
		return 0, fmt.Errorf("%q is %d bytes per second, too slow for any backup; write it as 20MiB/s", text, n)
	}
	return int64(n), nil
}

// A byteSize is a number of bytes, written as 200GiB. 0 means no limit.
type byteSize int64

// sizeHook reads a byteSize.
func sizeHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[byteSize]() {
		return value, nil
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if text == "" {
		return byteSize(0), nil
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 {
		return nil, fmt.Errorf("%q is not a size; write it as 200GiB", text)
	}
	if n > 0 && n < leastSize {
		return nil, fmt.Errorf("%q is %d bytes, too small for any site; write it as 200GiB", text, n)
	}
	return byteSize(n), nil
}

// leastSize is the smallest accepted limit of a site's size, in bytes: a user who writes 200
// means 200 GiB.
const leastSize = 1 << 20

// A phpBinary is the site's PHP program, in the form of config.Options. It is written as true,
// false or an absolute path.
type phpBinary string

// phpHook reads a phpBinary.
func phpHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[phpBinary]() {
		return value, nil
	}
	switch text := fmt.Sprint(value); {
	case text == "" || text == "false":
		return phpBinary(""), nil
	case text == "true":
		return phpBinary(native.Auto), nil
	case filepath.IsAbs(text):
		return phpBinary(text), nil
	default:
		return nil, fmt.Errorf("%q is neither true, false nor an absolute path, such as /usr/bin/php8.2", text)
	}
}

// A userID is a user other than root, written by name or by number. 0 means none.
type userID uint32

// userHook reads a userID.
func userHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[userID]() {
		return value, nil
	}
	text := fmt.Sprint(value)
	if u, err := user.Lookup(text); err == nil {
		text = u.Uid
	}
	switch id, err := strconv.ParseUint(text, 10, 32); {
	case err != nil:
		return nil, fmt.Errorf("there is no user %q", text)
	case id == math.MaxUint32:
		return nil, fmt.Errorf("there is no user %d", id) // the kernel reads this ID as "no change"
	case id == 0:
		return nil, errors.New("it must not be root; name the user who owns the site's files")
	default:
		return userID(id), nil
	}
}

// loadHook reads a limit of the load, which is a number.
func loadHook(_, to reflect.Type, value any) (any, error) {
	if to.Kind() != reflect.Float64 {
		return value, nil
	}
	load, err := strconv.ParseFloat(strings.TrimSpace(fmt.Sprint(value)), 64)
	switch {
	case fmt.Sprint(value) == "":
		return 0.0, nil
	case err != nil || math.IsNaN(load) || math.IsInf(load, 0):
		return nil, errors.New("must be a number, such as 4 or 1.5")
	}
	return load, nil
}

// durationHook refuses a negative duration, and a duration without a unit, which would be read as
// nanoseconds.
func durationHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[time.Duration]() {
		return value, nil
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if text == "0" || text == "" {
		return time.Duration(0), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("%q is not a duration; write it with its unit, as 90s, 5m or 6h", text)
	}
	return d, nil
}

// A lockWait is the longest time to wait for the lock of another run. It is written as true,
// false or a duration. true means unlimitedWait.
type lockWait time.Duration

// unlimitedWait is a wait that only limits.timeout ends.
const unlimitedWait = lockWait(math.MaxInt64)

// waitHook reads a lockWait.
func waitHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[lockWait]() {
		return value, nil
	}
	switch text := strings.TrimSpace(fmt.Sprint(value)); text {
	case "", "false":
		return lockWait(0), nil
	case "true":
		return unlimitedWait, nil
	default:
		d, err := durationHook(nil, reflect.TypeFor[time.Duration](), text)
		wait, _ := d.(time.Duration)
		if err != nil {
			err = fmt.Errorf("%q is neither true, false nor a duration with its unit, such as 90s, 5m or 6h", text)
		}
		return lockWait(wait), err
	}
}

// scalarHook refuses values that would be converted into another type: 3.7 into 3,
// true into 1, 2 into true, and 1.10, which is a number in YAML, into "1.1".
func scalarHook(from, to reflect.Type, value any) (any, error) {
	isBool := from.Kind() == reflect.Bool
	switch kind := to.Kind(); {
	case kind == reflect.Int:
		f, isFloat := value.(float64)
		text, isText := value.(string)
		_, err := strconv.ParseInt(text, 0, 64)
		if isBool || isFloat && f != math.Trunc(f) || isText && err != nil {
			return nil, errors.New("must be a whole number")
		}
	case kind == reflect.Bool:
		text, isText := value.(string)
		_, err := strconv.ParseBool(text)
		if !isBool && (!isText || err != nil) {
			return nil, errors.New("must be true or false")
		}
	case kind == reflect.String:
		if isBool || from.Kind() == reflect.Float64 {
			return nil, errors.New("must be text; put it in quotes")
		}
	}
	return value, nil
}

// listHook reads a list from one string, which is how the environment sets a list: YAML if it
// begins with a bracket, otherwise words separated by spaces.
func listHook(_, to reflect.Type, value any) (any, error) {
	text, ok := value.(string)
	if !ok || to.Kind() != reflect.Slice {
		return value, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return strings.Fields(text), nil
	}
	var list []any
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	return list, nil
}

// textHook reads a sink from its URL, and a site from its path.
func textHook(_, to reflect.Type, value any) (any, error) {
	text, ok := value.(string)
	switch {
	case !ok:
		return value, nil
	case to == reflect.TypeFor[Sink]():
		return map[string]any{"url": text}, nil
	case to == reflect.TypeFor[map[string]any]():
		return map[string]any{"path": text}, nil
	}
	return value, nil
}

// ioHook reads a process.IOPriority.
func ioHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[process.IOPriority]() {
		return value, nil
	}
	return process.ParseIOPriority(fmt.Sprint(value))
}

// newViper returns a viper with the default of each key of a table, and with the environment
// variable of each key.
func newViper(table keys.Table) *viper.Viper {
	v := viper.New()
	for key, value := range table.Defaults() {
		v.SetDefault(key, value)
	}
	v.SetEnvPrefix(keys.EnvPrefix)
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	return v
}
