package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value is a setting's value as package flag takes it. Its errors say what is expected and
// never repeat a value, which may be a secret.
type value[T any] struct {
	to    *T
	parse func(text string) (T, error)
}

// Set parses a text.
func (v value[T]) Set(text string) error {
	parsed, err := v.parse(text)
	if err == nil {
		*v.to = parsed
	}
	return err
}

func (v value[T]) String() string { return fmt.Sprint(*v.to) }

// IsBoolFlag tells package flag that -name alone is true.
func (v value[T]) IsBoolFlag() bool {
	_, is := any(v.to).(*bool)
	return is
}

// expecting replaces the error of a parser, which tells of Go's functions.
func expecting[T any](what string, parse func(string) (T, error)) func(string) (T, error) {
	return func(text string) (T, error) {
		parsed, err := parse(text)
		if err != nil {
			return parsed, errors.New("it must be " + what)
		}
		return parsed, nil
	}
}

// such refuses what does not fit.
func such[T any](parse func(string) (T, error), fits func(T) bool) func(string) (T, error) {
	return func(text string) (T, error) {
		parsed, err := parse(text)
		if err == nil && !fits(parsed) {
			err = errors.New("it does not fit")
		}
		return parsed, err
	}
}

func text(to *string) value[string] {
	return value[string]{to, func(text string) (string, error) { return text, nil }}
}

func oneOf(to *string, all ...string) value[string] {
	parse := such(text(to).parse, func(s string) bool { return slices.Contains(all, s) })
	return value[string]{to, expecting("one of "+strings.Join(all, ", "), parse)}
}

// address leaves it to listen what is a host and a port.
func address(to *string) value[string] {
	parse := such(text(to).parse, func(s string) bool { return s != "" && s != unixPrefix })
	return value[string]{to, expecting("host:port or unix:PATH, such as 127.0.0.1:8080", parse)}
}

// visible is a text that a header can hold.
func visible(to *string) value[string] {
	parse := such(text(to).parse, func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
	})
	return value[string]{to, expecting("visible ASCII characters", parse)}
}

func baseURL(to *string) value[string] {
	parse := such(text(to).parse, func(s string) bool {
		at, err := url.Parse(s)
		return err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.Host != "" && at.User == nil && !at.ForceQuery && at.RawQuery == "" && at.Fragment == ""
	})
	return value[string]{to, expecting("a base URL such as https://api.example.com/base, without user, query and fragment", parse)}
}

// originList is text that separates origins by commas.
func originList(to *string) value[string] {
	parse := such(text(to).parse, func(s string) bool {
		for origin := range strings.SplitSeq(s, ",") {
			at, err := url.Parse(strings.TrimSpace(origin))
			if err != nil || strings.TrimSpace(origin) != "*" && (at.Scheme == "" || at.Host == "" || at.Scheme+"://"+at.Host != at.String()) {
				return false
			}
		}
		return true
	})
	return value[string]{to, expecting("origins such as https://example.com:8443, with commas between them; * is all", parse)}
}

func boolean(to *bool) value[bool] {
	return value[bool]{to, expecting("true or false", strconv.ParseBool)}
}

func duration(to *time.Duration, least time.Duration) value[time.Duration] {
	parse := such(time.ParseDuration, func(d time.Duration) bool { return d >= least })
	return value[time.Duration]{to, expecting(fmt.Sprintf("a time of at least %s, such as 1m30s", least), parse)}
}

func count(to *int) value[int] {
	parse := such(strconv.Atoi, func(n int) bool { return n > 0 })
	return value[int]{to, expecting("an integer from 1 on", parse)}
}

// whole is an integer as the library reads it from the environment.
func whole(to *uint64) value[uint64] {
	parse := func(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }
	return value[uint64]{to, expecting("an integer from 0 on", parse)}
}

func percent(to *float64) value[float64] {
	parse := func(text string) (float64, error) { return strconv.ParseFloat(text, 64) }
	return value[float64]{to, expecting("a number from 0 to 100", such(parse, func(f float64) bool { return f >= 0 && f <= 100 }))}
}

// level is one by its name, in any case. The parser of package slog takes names such as
// debug+2, too, and gives back others than the help has.
func level(to *string) value[string] {
	named := oneOf(to, "debug", "info", "warn", "error")
	return value[string]{to, func(text string) (string, error) { return named.parse(strings.ToLower(text)) }}
}

// size is a number of bytes.
type size int

func sizeOf(to *size) value[size] {
	return value[size]{to, expecting("a number of bytes from 1 to 2047MiB, such as 65536, 64KiB or 1MiB", parseSize)}
}

func parseSize(text string) (size, error) {
	digits, unit := text, uint64(1)
	for suffix, n := range map[string]uint64{"KiB": 1 << 10, "MiB": 1 << 20} {
		if number, has := strings.CutSuffix(text, suffix); has {
			digits, unit = number, n
		}
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err == nil && (n == 0 || n*unit > math.MaxInt32) {
		err = strconv.ErrRange
	}
	return size(n * unit), err
}

func (s size) String() string {
	switch {
	case s >= 1<<20 && s%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", s>>20)
	case s >= 1<<10 && s%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", s>>10)
	default:
		return strconv.Itoa(int(s))
	}
}
