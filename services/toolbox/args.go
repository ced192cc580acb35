package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// newFlags makes a quiet flag set: errors come back as values and are printed once, by dispatch.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parseMixed parses flags before, between and after the positional arguments and returns the latter.
// Everything after "--" is positional.
func parseMixed(flags *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		consumed := len(args)
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		consumed -= len(rest)
		if consumed > 0 && args[consumed-1] == "--" {
			return append(positional, rest...), nil
		}
		if len(rest) == 0 {
			return positional, nil
		}
		positional = append(positional, rest[0])
		args = rest[1:]
	}
}

// days is a duration flag that also takes whole days: "30d", "36h", "90m".
type days time.Duration

func (d *days) String() string { return time.Duration(*d).String() }

func (d *days) Set(text string) error {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		count, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is no number of days; write it like 30d", text)
		}
		*d = days(time.Duration(count) * 24 * time.Hour)
		return nil
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is no duration; write it like 30d or 36h", text)
	}
	*d = days(parsed)
	return nil
}

// splitList turns "a, b,,c" into ["a" "b" "c"].
func splitList(text string) []string {
	var parts []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
