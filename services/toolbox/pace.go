package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

// wellMark is in the one place that every container can write to, and that is new with each start of it.
const wellMark = "/dev/shm/t26-well"

// pollEvery is how often a program that is not well yet, or not any more, is asked.
const pollEvery = 250 * time.Millisecond

// glance looks once. It says what it saw.
type glance func() (string, error)

// pace is how a health check goes about its asking. An engine that runs a check every few seconds pays for a process
// through containerd and runc each time, fifty milliseconds of a processor and more, where the question itself takes
// less than one. So a check may stay: it ends only when there is something to tell, or when `hold` is over.
type pace struct {
	every time.Duration
	hold  time.Duration
	mark  string
}

func addPace(flags *flag.FlagSet) *pace {
	p := &pace{}
	flags.DurationVar(&p.every, "every", 5*time.Second, "")
	flags.DurationVar(&p.hold, "hold", 0, "")
	flags.StringVar(&p.mark, "mark", wellMark, "")
	return p
}

func (p *pace) run(look glance, e env) error {
	said, err := p.look(look)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, said)
	return nil
}

func (p *pace) look(look glance) (string, error) {
	if p.hold <= 0 {
		return look()
	}
	if p.every <= 0 {
		return "", fmt.Errorf("--every is %s; it has to be longer than nothing", p.every)
	}
	if _, err := os.Stat(p.mark); err == nil {
		return p.watch(look)
	}
	return p.await(look)
}

// await ends with the first good answer, for which somebody waits, or with what is wrong after `every`.
func (p *pace) await(look glance) (string, error) {
	for until := time.Now().Add(p.every); ; time.Sleep(pollEvery) {
		said, err := look()
		if err == nil {
			return said, os.WriteFile(p.mark, nil, 0o644)
		}
		if time.Now().Add(pollEvery).After(until) {
			return "", err
		}
	}
}

// watch ends with the first bad answer: the checks after it await a good one.
func (p *pace) watch(look glance) (string, error) {
	for until := time.Now().Add(p.hold); ; time.Sleep(p.every) {
		said, err := look()
		if err != nil {
			return "", errors.Join(err, os.Remove(p.mark))
		}
		if time.Now().Add(p.every).After(until) {
			return said, nil
		}
	}
}
