package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func sealed(body string) string {
	sum := sha256.Sum256([]byte(body))
	return body + sealPrefix + hex.EncodeToString(sum[:]) + "\n"
}

func TestSealOfIsTrueOfTheWholeFileAlone(t *testing.T) {
	whole := sealed("a: 1\nb: 2\n")
	if _, ok := sealOf([]byte(whole)); !ok {
		t.Fatal("the whole file is not taken as whole")
	}
	for end := 0; end < len(whole)-1; end++ {
		if _, ok := sealOf([]byte(whole[:end])); ok {
			t.Fatalf("the first %d bytes are taken as whole", end)
		}
	}
	if _, ok := sealOf([]byte(strings.Replace(whole, "1", "3", 1))); ok {
		t.Fatal("a changed file is taken as whole")
	}
}

func TestTakeKeepsWhatItHasUntilTheNextFileIsWhole(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	source, target := filepath.Join(from, "x.yml"), filepath.Join(to, "x.yml")
	f := &follower{from: from, to: to, taken: map[string]string{}}
	step := func(written, seen string) {
		t.Helper()
		if err := os.WriteFile(source, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := f.take(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(target)
		if err != nil || string(content) != seen {
			t.Fatalf("wrote %q: the program sees %q, %v", written, content, err)
		}
	}
	one, two := sealed("one\n"), sealed("two\n")
	step(one, one)
	step("", one)
	step(two[:6], one)
	step("two without a seal\n", one)
	step(two, two)
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	if _, err := f.take(); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(target); string(content) != two {
		t.Fatal("a file that is away for a moment took the program's with it")
	}
}

func TestFollowRunsTheProgramUntilItsEnd(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "x"), []byte(sealed("hello\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	script := "head -1 " + to + "/x; exit 7"
	err := runFollow([]string{"--from", from, "--to", to, "--", "sh", "-c", script}, env{nil, &out, io.Discard})
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 {
		t.Fatalf("want exit code 7, got %v", err)
	}
	if out.String() != "hello\n" {
		t.Fatalf("the program saw %q", out.String())
	}
}

func TestFollowHandsOverOneFileAsItIsBeforeTheProgramStarts(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret.yml")
	if err := os.WriteFile(secret, []byte("not sealed\n"), 0o444); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := []string{"--from", from, "--to", to, "--once", secret, "--", "cat", to + "/secret.yml"}
	if err := runFollow(args, env{nil, &out, io.Discard}); err != nil || out.String() != "not sealed\n" {
		t.Fatalf("got %v, %q", err, out.String())
	}
	if info, err := os.Stat(filepath.Join(to, "secret.yml")); err != nil || info.Mode().Perm() != 0o400 {
		t.Fatalf("got %v, %v", info, err)
	}
	args[5] = secret + ".none"
	args[8] = "/dev/null"
	if err := runFollow(args, env{nil, io.Discard, io.Discard}); err != nil {
		t.Fatalf("without the file: %v", err)
	}
}

func TestFollowPassesSignalsOn(t *testing.T) {
	var out bytes.Buffer
	time.AfterFunc(300*time.Millisecond, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGHUP) })
	script := "trap 'echo heard; exit 0' HUP; for i in $(seq 100); do sleep 0.1; done; exit 1"
	dir := t.TempDir()
	err := runFollow([]string{"--from", dir, "--to", t.TempDir(), "--", "sh", "-c", script}, env{nil, &out, io.Discard})
	if err != nil || out.String() != "heard\n" {
		t.Fatalf("got %v, %q", err, out.String())
	}
}

func TestFollowTellsTheProgramOfAChange(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	path := filepath.Join(from, "x")
	if err := os.WriteFile(path, []byte(sealed("one\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = os.WriteFile(path, []byte(sealed("two\n")), 0o644) })
	var out bytes.Buffer
	script := "trap 'head -1 " + to + "/x; exit 0' HUP; for i in $(seq 100); do sleep 0.1; done; exit 1"
	args := []string{"--from", from, "--to", to, "--every", "20ms", "--reload", "--", "sh", "-c", script}
	if err := runFollow(args, env{nil, &out, io.Discard}); err != nil || out.String() != "two\n" {
		t.Fatalf("got %v, %q", err, out.String())
	}
}

func TestFollowSaysWhatItWants(t *testing.T) {
	if err := runFollow([]string{"--from", "/x"}, env{nil, io.Discard, io.Discard}); err == nil {
		t.Fatal("wants an error")
	}
}
