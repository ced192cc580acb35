package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// requestsAtOnce bounds the callers; what they ask of the engine is bounded by engineCallsAtOnce.
	requestsAtOnce = 96
	queueTime      = 2 * time.Second
	drainTime      = 5 * time.Second
	// answerTime is the longest that a caller waits for anything.
	answerTime = 20 * time.Second
)

// engineProxy is a read-only window on the Docker engine, for the containers of one stack. Who holds the engine's
// socket is root on the host; whoever asks here, with a login of his own, can read a fixed choice of facts and nothing else: there is no
// request that writes, no path that is passed on, and no name that is not checked against the stack's own list.
type engineProxy struct {
	stack   string
	users   users
	engine  *engine
	names   *nameList
	watched *eventLog
	slots   chan struct{}
}

func runEngineProxy(args []string, e env) error {
	flags := newFlags("engine-proxy")
	stack := flags.String("stack", "", "")
	address := flags.String("listen", ":2375", "")
	socket := flags.String("socket", "/var/run/docker.sock", "")
	userFile := flags.String("users", "", "")
	if err := noPositional(parseMixed(flags, args)); err != nil {
		return err
	}
	if *stack == "" || *userFile == "" {
		return errors.New("wants --stack PREFIX, whose containers may be seen, and --users FILE, who may see them")
	}
	known, err := readUsers(*userFile)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "containers of %s, read-only, on %s\n", *stack, listener.Addr())
	return serveEngine(ctx, newEngineProxy(ctx, *stack, known, newEngine(*socket)), listener)
}

func newEngineProxy(ctx context.Context, stack string, known users, source *engine) *engineProxy {
	proxy := &engineProxy{
		stack:   stack,
		users:   known,
		engine:  source,
		names:   &nameList{stack: stack, engine: source},
		watched: newEventLog(),
		slots:   make(chan struct{}, requestsAtOnce),
	}
	go watchEvents(ctx, source, stack, proxy.watched)
	return proxy
}

// serveEngine answers until the context ends, and lets answers that have begun come to their end.
func serveEngine(ctx context.Context, handler http.Handler, listener net.Listener) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      answerTime + drainTime,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		return server.Shutdown(last)
	}
}

func (p *engineProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, allowed := p.route(r.URL.Path)
	switch {
	case r.URL.Path != "/health" && !p.users.knows(r):
		w.Header().Set("WWW-Authenticate", `Basic realm="engine", charset="UTF-8"`)
		refuse(w, http.StatusUnauthorized, "a valid login is needed")
		return
	case answer == nil:
		refuse(w, http.StatusNotFound, "there is no such thing here")
		return
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "this can only be read")
		return
	}
	query, err := onlyParameters(r.URL.RawQuery, allowed)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	if !p.enter(ctx) {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many requests at once")
		return
	}
	defer func() { <-p.slots }()
	if err := answer(ctx, w, query); err != nil {
		refuse(w, statusOf(err), err.Error())
	}
}

// answerer writes a whole answer, or returns an error before it has written anything.
type answerer func(ctx context.Context, w http.ResponseWriter, query url.Values) error

// route finds what a path asks for, and the parameters that it takes.
func (p *engineProxy) route(path string) (answerer, []string) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case path == "/health":
		return p.health, nil
	case path == "/containers":
		return p.containers, []string{"role"}
	case path == "/events":
		return p.events, []string{"since"}
	case len(parts) == 3 && parts[0] == "containers" && parts[2] == "stats":
		return p.ofContainer(parts[1], p.stats), nil
	case len(parts) == 3 && parts[0] == "containers" && parts[2] == "logs":
		return p.ofContainer(parts[1], p.logs), []string{"first", "since", "tail", "timestamps"}
	default:
		return nil, nil
	}
}

// ofContainer hands an answerer the engine's id of one of the stack's own containers.
func (p *engineProxy) ofContainer(
	name string,
	answer func(ctx context.Context, w http.ResponseWriter, id string, query url.Values) error,
) answerer {
	return func(ctx context.Context, w http.ResponseWriter, query url.Values) error {
		id, err := p.names.idOf(ctx, name)
		if err != nil {
			return err
		}
		return answer(ctx, w, id, query)
	}
}

func (p *engineProxy) health(ctx context.Context, w http.ResponseWriter, _ url.Values) error {
	ctx, cancel := context.WithTimeout(ctx, queueTime)
	defer cancel()
	if err := p.engine.ping(ctx); err != nil {
		return err
	}
	return writeJSON(w, map[string]string{"status": "ok"})
}

// enter waits for a slot, a little while.
func (p *engineProxy) enter(ctx context.Context) bool {
	timer := time.NewTimer(queueTime)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// onlyParameters refuses what would be ignored: a caller who writes `follow=1` would wait for nothing.
func onlyParameters(raw string, allowed []string) (url.Values, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fmt.Errorf("the query is malformed: %w", err)
	}
	for name, values := range query {
		if !slices.Contains(allowed, name) {
			return nil, fmt.Errorf("parameter %q is unknown; there are: %s", name, strings.Join(allowed, ", "))
		}
		if len(values) > 1 {
			return nil, fmt.Errorf("parameter %q is given %d times", name, len(values))
		}
	}
	return query, nil
}

// badRequest is an error of the caller's.
type badRequest struct{ error }

var errUnknownName = errors.New("the stack has no container of that name")

func statusOf(err error) int {
	var bad badRequest
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.Is(err, errUnknownName), errors.Is(err, errGone):
		return http.StatusNotFound
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	default:
		return http.StatusBadGateway
	}
}

func writeJSON(w http.ResponseWriter, value any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why})
}
