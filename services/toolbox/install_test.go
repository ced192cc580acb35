package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstallCopiesItself(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "t26")
	writeFile(t, target, "an older version")
	if code, out, message := runAs(t, "", "install", dir); code != 0 || !strings.Contains(out, "installed") {
		t.Fatalf("output %q, message %q", out, message)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if same, err := sameContent(self, target); !same || err != nil {
		t.Errorf("the copy differs: %v", err)
	}
	info, err := os.Stat(target)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if _, out, _ := runAs(t, "", "install", dir); !strings.Contains(out, "already this version") {
		t.Errorf("second run: %q", out)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	wantFailure(t, []string{"no such file"}, "install", filepath.Join(dir, "none"))
	wantFailure(t, []string{"one DIR"}, "install")
}

func TestSameContent(t *testing.T) {
	dir := t.TempDir()
	big := strings.Repeat("x", 3<<16)
	for _, each := range []struct {
		left, right string
		same        bool
	}{
		{"", "", true}, {"a", "", false}, {"a", "b", false}, {big, big, true},
		{big, big + "y", false}, {big + "y", big, false}, {big + "y", big + "z", false}, {big + "y", big + "y", true},
	} {
		left, right := filepath.Join(dir, "left"), filepath.Join(dir, "right")
		writeFile(t, left, each.left)
		writeFile(t, right, each.right)
		if same, err := sameContent(left, right); same != each.same || err != nil {
			t.Errorf("%d and %d bytes: %v, error %v", len(each.left), len(each.right), same, err)
		}
	}
}
