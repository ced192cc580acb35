package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func ownerOf(t *testing.T, path string) (string, os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d", stat.Uid, stat.Gid), info.Mode().Perm()
}

func TestOwnChangesTheTreeOnce(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("giving files away needs root")
	}
	outside := filepath.Join(t.TempDir(), "outside")
	writeFile(t, outside, "x")
	root := filepath.Join(t.TempDir(), "volume")
	if err := os.MkdirAll(filepath.Join(root, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "deep", "file"), "x")
	if err := os.Symlink(outside, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	code, out, message := runAs(t, "", "own", "1234:5678", root)
	if code != 0 || !strings.Contains(out, "now 1234:5678 0750, 3 entries below changed") {
		t.Fatalf("output %q, message %q", out, message)
	}
	for _, path := range []string{"", "deep", "deep/file", "link"} {
		if owner, _ := ownerOf(t, filepath.Join(root, path)); owner != "1234:5678" {
			t.Errorf("%q belongs to %s", path, owner)
		}
	}
	if owner, _ := ownerOf(t, outside); owner != "0:0" {
		t.Error("followed a link out of the volume")
	}
	if _, mode := ownerOf(t, root); mode != 0o750 {
		t.Errorf("root has mode %v", mode)
	}

	// right root: nothing below is looked at, as a big store would take minutes
	if err := os.Chown(filepath.Join(root, "deep/file"), 9, 9); err != nil {
		t.Fatal(err)
	}
	if _, out, _ = runAs(t, "", "own", "1234:5678", root); !strings.Contains(out, "already 1234:5678 0750") {
		t.Errorf("second run: %q", out)
	}
	if owner, _ := ownerOf(t, filepath.Join(root, "deep/file")); owner != "9:9" {
		t.Error("second run went below")
	}
	// only the mode is wrong: only the mode is changed
	if err := os.Chmod(root, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, out, _ = runAs(t, "", "own", "1234:5678", root); !strings.Contains(out, "0750, 0 entries below") {
		t.Errorf("third run: %q", out)
	}
}

func TestOwnMarksAnEmptyVolume(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("giving files away needs root")
	}
	root := filepath.Join(t.TempDir(), "volume")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if code, _, message := runAs(t, "", "own", "1234:5678", root); code != 0 {
		t.Fatal(message)
	}
	if _, mode := ownerOf(t, filepath.Join(root, usedMark)); mode != 0o444 {
		t.Errorf("mark has mode %v", mode)
	}
	full := t.TempDir()
	writeFile(t, filepath.Join(full, "data"), "x")
	if code, _, message := runAs(t, "", "own", "1234:5678", full); code != 0 {
		t.Fatal(message)
	}
	if _, err := os.Lstat(filepath.Join(full, usedMark)); !os.IsNotExist(err) {
		t.Error("a volume with data in it was marked")
	}
}

func TestOwnWithoutRoot(t *testing.T) {
	root := t.TempDir()
	self := fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
	if code, out, message := runAs(t, "", "own", self, root, "--mode", "0701"); code != 0 {
		t.Errorf("output %q, message %q", out, message)
	}
	if _, mode := ownerOf(t, root); mode != 0o701 {
		t.Errorf("mode %v", mode)
	}
}

func TestOwnRefusesNonsense(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	wantFailure(t, []string{"UID:GID"}, "own", "/volume")
	for _, owner := range []string{"root:root", "1", "1:", ":1", "1:-1", "1:1:1"} {
		wantFailure(t, []string{"is no owner"}, "own", owner, "/volume")
	}
	for _, path := range []string{"/", "/x/..", "relative", "."} {
		wantFailure(t, []string{"absolute path"}, "own", "1:1", path)
	}
	wantFailure(t, []string{"is no folder"}, "own", "1:1", file)
	wantFailure(t, []string{"no such file"}, "own", "1:1", "/does/not/exist")
	for _, mode := range []string{"", "rwx", "999", "17777"} {
		wantFailure(t, []string{"--mode"}, "own", "1:1", "/volume", "--mode", mode)
	}
}
