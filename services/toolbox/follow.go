package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// sealPrefix begins the last line of a followed file; the SHA-256 of everything before it follows.
const sealPrefix = "# sha256 "

// runFollow runs a program that reads its configuration again when a file changes, and keeps its files whole: what
// lies in --from may be half written at any moment, what the program sees in --to never is. With --reload the program
// is told of a change by SIGHUP, for one that does not look by itself. A file named by --once is handed over as it is
// before the program starts, if it is there, and never again. Signals go on to the program, and its end is this
// command's end.
func runFollow(args []string, e env) error {
	flags := newFlags("follow")
	from := flags.String("from", "", "")
	to := flags.String("to", "", "")
	once := flags.String("once", "", "")
	every := flags.Duration("every", 250*time.Millisecond, "")
	reload := flags.Bool("reload", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	program := flags.Args()
	if *from == "" || *to == "" || len(program) == 0 {
		return errors.New("wants --from DIR --to DIR [--once FILE] [--reload] -- PROGRAM [ARGUMENT ...]")
	}
	follower := &follower{from: *from, to: *to, reload: *reload, taken: map[string]string{}}
	if _, err := follower.take(); err != nil {
		return err
	}
	if err := follower.takeOnce(*once); err != nil {
		return err
	}
	return follower.run(program, *every, e)
}

type follower struct {
	from, to string
	reload   bool
	// taken is the seal of each file as the program has it.
	taken map[string]string
}

// take copies the whole files that differ from what the program has, and says whether there were any.
func (f *follower) take() (changed bool, err error) {
	entries, err := os.ReadDir(f.from)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(f.from, entry.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return changed, err
		}
		seal, whole := sealOf(content)
		if !whole || f.taken[entry.Name()] == seal {
			continue
		}
		if err := writeAtomic(filepath.Join(f.to, entry.Name()), content, 0o444); err != nil {
			return changed, err
		}
		f.taken[entry.Name()] = seal
		changed = true
	}
	return changed, nil
}

func (f *follower) takeOnce(path string) error {
	if path == "" {
		return nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return writeAtomic(filepath.Join(f.to, filepath.Base(path)), content, 0o400)
}

// sealOf returns the seal in the last line, and whether it is that of everything before it.
func sealOf(content []byte) (string, bool) {
	body := bytes.TrimSuffix(content, []byte("\n"))
	start := bytes.LastIndexByte(body, '\n') + 1
	line := string(body[start:])
	if len(line) != len(sealPrefix)+2*sha256.Size || line[:len(sealPrefix)] != sealPrefix {
		return "", false
	}
	sum := sha256.Sum256(content[:start])
	seal := line[len(sealPrefix):]
	return seal, seal == hex.EncodeToString(sum[:])
}

func (f *follower) run(program []string, every time.Duration, e env) error {
	child := exec.Command(program[0], program[1:]...)
	child.Stdin, child.Stdout, child.Stderr = e.in, e.out, e.err
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	trouble := ""
	for {
		select {
		case err := <-ended:
			return err
		case received := <-signals:
			// it may just have ended
			_ = child.Process.Signal(received)
		case <-ticker.C:
			// a program that runs goes on with what it has
			said := ""
			changed, err := f.take()
			if err != nil {
				said = err.Error()
			}
			if changed && f.reload {
				_ = child.Process.Signal(syscall.SIGHUP)
			}
			if said != trouble && said != "" {
				fmt.Fprintf(e.err, "t26 follow: %s\n", said)
			}
			trouble = said
		}
	}
}
