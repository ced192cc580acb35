package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// atOnce bounds the attempts in flight: a small container has few sockets and little memory.
const atOnce = 64

type target struct {
	name, kind, address string
}

// reached is one line of the answer. Results: "open" (a connection was accepted), "resolved" (dns only),
// "refused", "timeout", "unresolved" (no such name, or no answer), "unreachable" (no route).
type reached struct {
	Target  string `json:"target"`
	Kind    string `json:"kind"`
	Address string `json:"address"`
	Result  string `json:"result"`
}

func runReach(args []string, e env) error {
	flags := newFlags("reach")
	timeout := flags.Duration("timeout", time.Second, "")
	lines, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		if lines, err = readLines(e.in); err != nil {
			return err
		}
	}
	targets, err := parseTargets(lines)
	if err != nil {
		return err
	}
	return json.NewEncoder(e.out).Encode(reachAll(targets, *timeout))
}

func readLines(in io.Reader) ([]string, error) {
	var lines []string
	scanner := bufio.NewScanner(in)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	return lines, scanner.Err()
}

func parseTargets(lines []string) ([]target, error) {
	var targets []target
	var wrong []string
	for number, line := range lines {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 || (words[1] != "tcp" && words[1] != "dns") {
			wrong = append(wrong, fmt.Sprintf("line %d %q: write `NAME tcp HOST:PORT` or `NAME dns HOST`", number+1, line))
			continue
		}
		if words[1] == "tcp" {
			if _, _, err := net.SplitHostPort(words[2]); err != nil {
				wrong = append(wrong, fmt.Sprintf("line %d: %v", number+1, err))
				continue
			}
		}
		targets = append(targets, target{words[0], words[1], words[2]})
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return targets, nil
}

// reachAll tries every target; answers come in the order of the questions.
func reachAll(targets []target, timeout time.Duration) []reached {
	answers := make([]reached, len(targets))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for index, each := range targets {
		all.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; all.Done() }()
			answers[index] = reached{each.name, each.kind, each.address, tryTarget(each, timeout)}
		}()
	}
	all.Wait()
	return answers
}

func tryTarget(each target, timeout time.Duration) string {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if each.kind == "dns" {
		if _, err := net.DefaultResolver.LookupHost(ctx, each.address); err != nil {
			return "unresolved"
		}
		return "resolved"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", each.address)
	if err == nil {
		_ = conn.Close()
		return "open"
	}
	return classify(err)
}

func classify(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return "unresolved"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return "refused"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "timeout"
	default:
		return "unreachable"
	}
}
