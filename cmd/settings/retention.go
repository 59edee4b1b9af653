package settings

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// keepSetting says which runs are kept in a folder.
type keepSetting struct {
	KeepLast    keepCount `mapstructure:"keep_last"`
	KeepWithin  keepSpan  `mapstructure:"keep_within"`
	KeepFor     keepSpan  `mapstructure:"keep_for"` // another name of keep_within
	KeepHourly  keepCount `mapstructure:"keep_hourly"`
	KeepDaily   keepCount `mapstructure:"keep_daily"`
	KeepWeekly  keepCount `mapstructure:"keep_weekly"`
	KeepMonthly keepCount `mapstructure:"keep_monthly"`
	KeepYearly  keepCount `mapstructure:"keep_yearly"`
	MaxSize     keepSize  `mapstructure:"max_size"`
}

// retentionSetting adds the settings that differ for single kinds.
type retentionSetting struct {
	keepSetting `mapstructure:",squash"`
	Retention   kindRetention `mapstructure:"retention"`
}

// kindRetention has a field for each of retention.Kinds.
type kindRetention struct {
	Full           keepSetting `mapstructure:"full"`
	DB             keepSetting `mapstructure:"db"`
	Files          keepSetting `mapstructure:"files"`
	FullNoUploads  keepSetting `mapstructure:"full_no_uploads"`
	FilesNoUploads keepSetting `mapstructure:"files_no_uploads"`
}

// of returns the settings of a kind.
func (k *kindRetention) of(kind retention.Kind) *keepSetting {
	return map[string]*keepSetting{
		"full": &k.Full, "db": &k.DB, "files": &k.Files, "full_no_uploads": &k.FullNoUploads, "files_no_uploads": &k.FilesNoUploads,
	}[kind.Key]
}

// retentionKeys are the keys of retentionSetting.
func retentionKeys() keys.Table {
	var kinds []string
	for _, kind := range retention.Kinds() {
		kinds = append(kinds, kind.Key)
	}
	return append(keepKeys(), keys.Key{
		Name: "retention", Form: keys.Groups, Groups: kinds, Keys: keepKeys(),
		Help: "the same keys for one kind of backup; they override the keys for all kinds",
	})
}

// keepKeys are the keys of keepSetting.
func keepKeys() keys.Table {
	return keys.Table{
		{Name: "keep_last", Form: keys.Count, Help: "in folders, keep this `number` of the newest backups of each site and kind", Example: "3"},
		{Name: "keep_within", Form: keys.Span, Help: "keep all backups that are at most this `time` older than the newest one", Example: "14d"},
		{Name: "keep_for", Form: keys.Span, Help: "the same as keep_within (`time`)", Example: "14d"},
		{Name: "keep_hourly", Form: keys.Count, Help: "keep the newest backup of each hour, for the last `number` of hours that have a backup", Example: "24"},
		{Name: "keep_daily", Form: keys.Count, Help: "keep the newest backup of each day, for the last `number` of days that have a backup", Example: "7"},
		{Name: "keep_weekly", Form: keys.Count, Help: "keep the newest backup of each week, for the last `number` of weeks that have a backup", Example: "5"},
		{Name: "keep_monthly", Form: keys.Count, Help: "keep the newest backup of each month, for the last `number` of months that have a backup", Example: "12"},
		{Name: "keep_yearly", Form: keys.Count, Help: "keep the newest backup of each year, for the last `number` of years that have a backup", Example: "3"},
		{Name: "max_size", Form: keys.Size, Help: "the maximum `space` of a folder of backups; after the keep rules, the oldest backups are removed until the others fit, but never the newest of a site and kind", Example: "200GiB"},
	}
}

// KeepFlags returns the names of the keys that have flags.
func KeepFlags() (names []string) {
	for _, k := range keepKeys() {
		names = append(names, k.Name)
	}
	return names
}

// A keepCount is a number of runs, or retention.Unlimited.
type keepCount struct {
	n   int
	set bool
}

// A keepSpan is a length of time in units of the calendar.
type keepSpan struct {
	span retention.Span
	set  bool
}

// A keepSize is a number of bytes. 0 means no limit.
type keepSize struct {
	bytes byteSize
	set   bool
}

// keepHook reads the values of keepSetting. An empty text sets nothing.
func keepHook(_, to reflect.Type, value any) (any, error) {
	text := strings.TrimSpace(fmt.Sprint(value))
	set := text != ""
	switch to {
	case reflect.TypeFor[keepCount]():
		n, err := parseCount(text)
		return keepCount{n, set}, err
	case reflect.TypeFor[keepSpan]():
		if !set {
			return keepSpan{}, nil
		}
		span, err := retention.ParseSpan(text)
		return keepSpan{span, set}, err
	case reflect.TypeFor[keepSize]():
		if text == "unlimited" {
			text = "0"
		}
		bytes, err := sizeHook(nil, reflect.TypeFor[byteSize](), text)
		size, _ := bytes.(byteSize)
		return keepSize{size, set}, err
	}
	return value, nil
}

// parseCount reads the number of a keepCount.
func parseCount(text string) (int, error) {
	switch text {
	case "":
		return 0, nil
	case "unlimited", "-1":
		return retention.Unlimited, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0, fmt.Errorf("%q is not a number of backups; give a whole number, or unlimited", text)
	}
	return n, nil
}

// String returns the value as the configuration writes it.
func (c keepCount) String() string {
	if c.n == retention.Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(c.n)
}

// String returns the value as the configuration writes it.
func (s keepSize) String() string { return humanize.IBytes(uint64(max(s.bytes, 0))) }
