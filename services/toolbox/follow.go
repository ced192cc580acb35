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
// lies in --from may be half written at any moment, what the program sees in --to never is. Signals go on to the
// program, and its end is this command's end.
func runFollow(args []string, e env) error {
	flags := newFlags("follow")
	from := flags.String("from", "", "")
	to := flags.String("to", "", "")
	every := flags.Duration("every", 250*time.Millisecond, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	program := flags.Args()
	if *from == "" || *to == "" || len(program) == 0 {
		return errors.New("wants --from DIR --to DIR -- PROGRAM [ARGUMENT ...]")
	}
	follower := &follower{from: *from, to: *to, taken: map[string]string{}}
	if err := follower.take(); err != nil {
		return err
	}
	return follower.run(program, *every, e)
}

type follower struct {
	from, to string
	// taken is the seal of each file as the program has it.
	taken map[string]string
}

// take copies the whole files that differ from what the program has.
func (f *follower) take() error {
	entries, err := os.ReadDir(f.from)
	if err != nil {
		return err
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
			return err
		}
		seal, whole := sealOf(content)
		if !whole || f.taken[entry.Name()] == seal {
			continue
		}
		if err := writeAtomic(filepath.Join(f.to, entry.Name()), content, 0o444); err != nil {
			return err
		}
		f.taken[entry.Name()] = seal
	}
	return nil
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
			if err := f.take(); err != nil {
				said = err.Error()
			}
			if said != trouble && said != "" {
				fmt.Fprintf(e.err, "t26 follow: %s\n", said)
			}
			trouble = said
		}
	}
}
