package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// fakeEngine answers on a Unix socket with what a real engine (20.10, control groups of version 1) answered about a
// stack of three containers: oms runs on two lanes, risk was killed for its memory, oms-config was never started.
type fakeEngine struct {
	socket string
	mutex  sync.Mutex
	asked  []*http.Request
	// answers take the place of the recorded ones, by path.
	answers map[string]http.HandlerFunc
	// heard are sent to who listens to events.
	heard chan []byte
}

const fakeStack = "exportst"

func startFakeEngine(t *testing.T) *fakeEngine {
	t.Helper()
	// a socket's path has 107 characters at most: t.TempDir() may be longer
	folder, err := os.MkdirTemp("", "t26")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	fake := &fakeEngine{
		socket:  filepath.Join(folder, "engine.sock"),
		answers: map[string]http.HandlerFunc{},
		heard:   make(chan []byte, 16),
	}
	listener, err := net.Listen("unix", fake.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: fake}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return fake
}

func (f *fakeEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mutex.Lock()
	f.asked = append(f.asked, r)
	answer := f.answers[r.URL.Path]
	f.mutex.Unlock()
	switch {
	case answer != nil:
		answer(w, r)
	case r.URL.Path == "/_ping":
		_, _ = w.Write([]byte("OK"))
	case r.URL.Path == "/events":
		f.tell(w, r)
	case r.URL.Path == "/containers/json":
		serveRecorded(w, "list.json")
	default:
		f.serveContainer(w, r.URL.Path)
	}
}

func (f *fakeEngine) serveContainer(w http.ResponseWriter, path string) {
	var listed []listed
	readRecorded("list.json", &listed)
	for _, each := range listed {
		name := planName(each, fakeStack)
		switch path {
		case "/containers/" + each.ID + "/json":
			serveRecorded(w, "inspect-"+name+".json")
			return
		case "/containers/" + each.ID + "/stats":
			serveRecorded(w, "stats-"+name+".json")
			return
		case "/containers/" + each.ID + "/logs":
			serveRecorded(w, "logs-"+name+".bin")
			return
		}
	}
	http.NotFound(w, nil)
}

func (f *fakeEngine) tell(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case line, open := <-f.heard:
			if !open {
				return
			}
			_, _ = w.Write(line)
			w.(http.Flusher).Flush()
		}
	}
}

func (f *fakeEngine) answer(path string, with http.HandlerFunc) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.answers[path] = with
}

// requests that were asked of the engine, beside the one for events.
func (f *fakeEngine) requests() []*http.Request {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var found []*http.Request
	for _, each := range f.asked {
		if each.URL.Path != "/events" {
			found = append(found, each)
		}
	}
	return found
}

func recordedFile(name string) []byte {
	content, err := os.ReadFile(filepath.Join("testdata", "engine", name))
	if err != nil {
		panic(err)
	}
	return content
}

func readRecorded(name string, into any) {
	if err := json.Unmarshal(recordedFile(name), into); err != nil {
		panic(err)
	}
}

func serveRecorded(w http.ResponseWriter, name string) { _, _ = w.Write(recordedFile(name)) }

// window is a proxy before the fake engine.
func window(t *testing.T, fake *fakeEngine) *httptest.Server {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	server := httptest.NewServer(newEngineProxy(ctx, fakeStack, users{"reader": sha256.Sum256([]byte("a password"))}, newEngine(fake.socket)))
	t.Cleanup(func() {
		stop()
		server.Close()
	})
	return server
}

// get asks the proxy, and returns status and body.
func get(t *testing.T, server *httptest.Server, path string) (int, string) {
	t.Helper()
	return ask(t, server, http.MethodGet, path)
}

func ask(t *testing.T, server *httptest.Server, method, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("reader", "a password")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func getJSON(t *testing.T, server *httptest.Server, path string, into any) {
	t.Helper()
	status, body := get(t, server, path)
	if status != http.StatusOK {
		t.Fatalf("%s answered %d: %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: %v in %s", path, err, body)
	}
}
