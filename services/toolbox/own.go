package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// runOwn gives the root of each volume its owner and mode. What lies below is touched only when the root's
// owner is wrong, and the root comes last: a run that was cut off is therefore repeated as a whole.
func runOwn(args []string, e env) error {
	flags := newFlags("own")
	modeText := flags.String("mode", "0750", "")
	rest, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(rest) < 2 {
		return fmt.Errorf("wants UID:GID and at least one PATH")
	}
	uid, gid, err := parseOwner(rest[0])
	if err != nil {
		return err
	}
	mode, err := strconv.ParseUint(*modeText, 8, 32)
	if err != nil || mode > 0o7777 {
		return fmt.Errorf("--mode %q is no octal mode; write it like 0750", *modeText)
	}
	for _, path := range rest[1:] {
		done, err := ownTree(path, uid, gid, uint32(mode))
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%s: %s\n", path, done)
	}
	return nil
}

func parseOwner(text string) (uid, gid int, err error) {
	left, right, _ := strings.Cut(text, ":")
	first, errFirst := strconv.ParseUint(left, 10, 31)
	second, errSecond := strconv.ParseUint(right, 10, 31)
	if errFirst != nil || errSecond != nil {
		return 0, 0, fmt.Errorf("%q is no owner; write numbers, UID:GID, like 65532:65532", text)
	}
	return int(first), int(second), nil
}

// ownTree returns what it did, in words.
func ownTree(path string, uid, gid int, mode uint32) (string, error) {
	clean := filepath.Clean(path)
	if clean == "/" || !filepath.IsAbs(clean) {
		return "", fmt.Errorf("%q: wants the absolute path of a volume, and never /", path)
	}
	var stat syscall.Stat_t
	if err := syscall.Lstat(clean, &stat); err != nil {
		return "", &fs.PathError{Op: "look at", Path: clean, Err: err}
	}
	if stat.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		return "", fmt.Errorf("%s is no folder", clean)
	}
	ownerRight := int(stat.Uid) == uid && int(stat.Gid) == gid
	modeRight := stat.Mode&0o7777 == mode
	if ownerRight && modeRight {
		return fmt.Sprintf("already %d:%d %04o", uid, gid, mode), nil
	}
	changed := 0
	if !ownerRight {
		var err error
		if changed, err = ownBelow(clean, uid, gid); err != nil {
			return "", err
		}
	}
	if err := markUsed(clean); err != nil {
		return "", err
	}
	// the owner last: it is what marks the tree as done
	if err := syscall.Chmod(clean, mode); err != nil {
		return "", &fs.PathError{Op: "chmod", Path: clean, Err: err}
	}
	if err := os.Lchown(clean, uid, gid); err != nil {
		return "", err
	}
	return fmt.Sprintf("now %d:%d %04o, %d entries below changed", uid, gid, mode, changed), nil
}

// An empty volume takes over the owner of the folder that an image has at the place where it is mounted first;
// a volume with a file in it keeps its own.
const usedMark = ".trade2026-volume"

func markUsed(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.WriteFile(filepath.Join(root, usedMark), []byte("keeps this volume's owner\n"), 0o444)
}

func ownBelow(root string, uid, gid int) (changed int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if ok && int(stat.Uid) == uid && int(stat.Gid) == gid {
			return nil
		}
		changed++
		return os.Lchown(path, uid, gid)
	})
	return changed, err
}
