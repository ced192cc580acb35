package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// eventsKept bounds the memory; a stack of sixty containers makes some hundred at a start.
	eventsKept = 2000
	retryFirst = 500 * time.Millisecond
	retryLast  = 10 * time.Second
)

// event is something that happened to one of the stack's containers.
type event struct {
	// Time in nanoseconds since 1970, as text: a JSON number would lose the last digits in many readers.
	Time string `json:"time"`
	// Action is start, die, oom or health_status.
	Action   string `json:"action"`
	Name     string `json:"name"`
	ID       string `json:"id"`
	Workload string `json:"workload"`
	Role     string `json:"role"`
	// Health is given with health_status, ExitCode with die.
	Health   string `json:"health,omitempty"`
	ExitCode *int   `json:"exitCode,omitempty"`
	nanos    int64
}

// eventAnswer says from when on it is complete: a reader whose last question was before that has missed something.
type eventAnswer struct {
	CompleteSince string  `json:"completeSince"`
	Events        []event `json:"events"`
}

// engineEvent is the part of the engine's event that is used.
type engineEvent struct {
	Action string
	Actor  struct {
		ID         string
		Attributes map[string]string
	}
	TimeNano int64 `json:"timeNano"`
}

// eventLog keeps the newest events of the stack. The engine itself keeps 256 of everybody's, and each health check
// makes three: asked every now and then, it would have forgotten most.
type eventLog struct {
	mutex    sync.Mutex
	complete int64
	events   []event
}

func newEventLog() *eventLog { return &eventLog{complete: time.Now().UnixNano()} }

// add takes an event unless it has it: after a reconnection the engine tells the last ones again.
func (l *eventLog) add(each event) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	same := func(other event) bool {
		return other.nanos == each.nanos && other.ID == each.ID && other.Action == each.Action
	}
	if slices.ContainsFunc(l.events, same) {
		return
	}
	l.events = append(l.events, each)
	if len(l.events) > eventsKept {
		l.complete = l.events[0].nanos + 1
		l.events = slices.Clone(l.events[1:])
	}
}

// begin: from now on every event is heard. What happened before, while nobody listened, the engine may have forgotten.
func (l *eventLog) begin() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.complete = time.Now().UnixNano()
}

func (l *eventLog) since(nanos int64) eventAnswer {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	found := []event{}
	for _, each := range l.events {
		if each.nanos >= nanos {
			found = append(found, each)
		}
	}
	return eventAnswer{strconv.FormatInt(l.complete, 10), found}
}

func (p *engineProxy) events(_ context.Context, w http.ResponseWriter, query url.Values) error {
	since := int64(0)
	if query.Has("since") {
		var err error
		if since, err = strconv.ParseInt(query.Get("since"), 10, 64); err != nil || since < 0 {
			return badRequest{errors.New("since wants nanoseconds since 1970, as an event's time is given")}
		}
	}
	return writeJSON(w, p.watched.since(since))
}

// watchEvents listens to the engine until the context ends, and begins anew when it went away.
func watchEvents(ctx context.Context, source *engine, stack string, into *eventLog) {
	pause := retryFirst
	from := time.Now().UnixNano()
	for ctx.Err() == nil {
		if last := listenOnce(ctx, source, stack, from, into); last > from {
			from, pause = last, retryFirst
		}
		into.begin()
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, retryLast)
		}
	}
}

// listenOnce returns the time of the last event that it heard, once the engine has gone away.
func listenOnce(ctx context.Context, source *engine, stack string, from int64, into *eventLog) int64 {
	query := filters(map[string][]string{
		"type":  {"container"},
		"event": {"start", "die", "oom", "health_status"},
		"label": {stackLabel + "=" + stack},
	})
	query.Set("since", fmt.Sprintf("%d.%09d", from/1e9, from%1e9))
	body, err := source.open(ctx, "/events", query)
	if err != nil {
		return 0
	}
	defer body.Close()
	into.begin()
	last := int64(0)
	for decoder := json.NewDecoder(body); ; {
		var heard engineEvent
		if err := decoder.Decode(&heard); err != nil {
			return last
		}
		last = heard.TimeNano
		into.add(eventOf(heard, stack))
	}
}

func eventOf(heard engineEvent, stack string) event {
	action, health, _ := strings.Cut(heard.Action, ": ")
	attributes := heard.Actor.Attributes
	told := event{
		Time:     strconv.FormatInt(heard.TimeNano, 10),
		Action:   action,
		Name:     strings.TrimPrefix(attributes["name"], stack+"-"),
		ID:       heard.Actor.ID,
		Workload: attributes[label+".workload"],
		Role:     attributes[roleLabel],
		Health:   health,
		nanos:    heard.TimeNano,
	}
	if code, err := strconv.Atoi(attributes["exitCode"]); err == nil && action == "die" {
		told.ExitCode = &code
	}
	return told
}
