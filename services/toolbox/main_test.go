package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// runAs runs a subcommand with some standard input and returns its exit code, output and errors.
func runAs(t *testing.T, stdin string, args ...string) (code int, out, errors string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = dispatch(args, env{strings.NewReader(stdin), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

// wantFailure asserts exit code 1 and that each fragment is in the message.
func wantFailure(t *testing.T, fragments []string, args ...string) {
	t.Helper()
	code, _, message := runAs(t, "", args...)
	if code != 1 {
		t.Errorf("%v: exit code %d, wanted 1", args, code)
	}
	for _, fragment := range fragments {
		if !strings.Contains(message, fragment) {
			t.Errorf("%v: message %q lacks %q", args, message, fragment)
		}
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDispatch(t *testing.T) {
	wantFailure(t, []string{"usage: t26"})
	wantFailure(t, []string{`unknown command "nope"`, "probe http URL"}, "nope")
	wantFailure(t, []string{"t26 probe: which kind?"}, "probe")
	wantFailure(t, []string{"flag provided but not defined: -bogus"}, "listen", "--bogus")
	for _, args := range [][]string{{"help"}, {"--help"}, {"reach", "--help"}} {
		if code, out, _ := runAs(t, "", args...); code != 0 || !strings.Contains(out, "usage: t26") {
			t.Errorf("%v: code %d, output %q", args, code, out)
		}
	}
}

func TestHelpNamesEveryCommand(t *testing.T) {
	known := commands()
	if len(order) != len(known) {
		t.Fatalf("help lists %d commands, there are %d", len(order), len(known))
	}
	for _, name := range order {
		if known[name].run == nil {
			t.Errorf("help lists %q, which does not exist", name)
		}
	}
}

func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"--timeout", "3s", "a", "b"}, {"a", "--timeout=3s", "b"}, {"a", "b", "--timeout", "3s"},
	} {
		flags := newFlags("x")
		timeout := flags.Duration("timeout", time.Second, "")
		rest, err := parseMixed(flags, args)
		if err != nil || strings.Join(rest, " ") != "a b" || *timeout != 3*time.Second {
			t.Errorf("%v: rest %v, timeout %v, error %v", args, rest, *timeout, err)
		}
	}
	rest, err := parseMixed(newFlags("x"), []string{"a", "--", "--b", "c"})
	if err != nil || strings.Join(rest, " ") != "a --b c" {
		t.Errorf("after --: rest %v, error %v", rest, err)
	}
}

func TestDays(t *testing.T) {
	for text, wanted := range map[string]time.Duration{"30d": 720 * time.Hour, "0d": 0, "36h": 36 * time.Hour, "90m": 90 * time.Minute} {
		var d days
		if err := d.Set(text); err != nil || time.Duration(d) != wanted {
			t.Errorf("%s: %v, error %v", text, time.Duration(d), err)
		}
	}
	for _, text := range []string{"", "30", "d", "-1d", "-1h", "1.5d", "99999d"} {
		var d days
		if err := d.Set(text); err == nil {
			t.Errorf("%q was taken for %v", text, time.Duration(d))
		}
	}
}
