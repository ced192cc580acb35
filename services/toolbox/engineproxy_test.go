package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestEngineProxyListsTheStacksContainers(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	var found []container
	getJSON(t, server, "/containers", &found)
	if len(found) != 3 {
		t.Fatalf("got %d containers: %v", len(found), found)
	}
	oms, config, risk := found[0], found[1], found[2]
	if oms.Name != "oms" || oms.Workload != "oms" || oms.Role != "service" || oms.Capability != "trading" {
		t.Errorf("oms is %+v", oms)
	}
	if oms.State != "running" || oms.Health != "healthy" || oms.StartedAt == nil || oms.StartedAt.Year() != 2026 || !oms.CreatedAt.Before(*oms.StartedAt) || oms.CreatedAt.Year() != 2026 {
		t.Errorf("oms is %+v", oms)
	}
	if oms.MemoryLimit != 64<<20 || oms.CPULimit != 0.2 || fmt.Sprint(oms.Lanes) != "[backend lowlatency]" {
		t.Errorf("oms has %+v", oms)
	}
	if config.Name != "oms-config" || config.Workload != "oms" || config.Role != "writer" || config.StartedAt != nil {
		t.Errorf("the writer is %+v", config)
	}
	if risk.State != "exited" || !risk.OOMKilled || risk.ExitCode != 137 || risk.Health != "none" {
		t.Errorf("risk is %+v", risk)
	}
}

func TestEngineProxyAsksForItsStackAlone(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	if status, _ := get(t, server, "/containers?role=service"); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	filter := fake.requests()[0].URL.Query().Get("filters")
	if filter != `{"label":["com.trade2026.stack=exportst","com.trade2026.role=service"]}` {
		t.Errorf("asked for %s", filter)
	}
	if status, _ := get(t, server, "/containers?role=a%22%5D"); status != http.StatusBadRequest {
		t.Errorf("a role that is none: %d", status)
	}
}

func TestEngineProxyTellsNothingElse(t *testing.T) {
	fake := startFakeEngine(t)
	_, body := get(t, window(t, fake), "/containers")
	if !strings.Contains(string(recordedFile("inspect-oms.json")), "SECRET_OF_A_TEST") {
		t.Fatal("the recorded inspection has no environment")
	}
	for _, hidden := range []string{"SECRET_OF_A_TEST", "com.trade2026.secrets", "abcdef012345", "/var/lib/docker", "echo accepted", "172."} {
		if strings.Contains(body, hidden) {
			t.Errorf("the answer tells %q: %s", hidden, body)
		}
	}
}

func TestEngineProxyRefusesEverythingElse(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	for _, path := range []string{
		"/", "/info", "/v1.41/containers/json", "/containers/json", "/containers/", "/containers/oms",
		"/containers/oms/json", "/containers/oms/exec", "/containers/oms/archive", "/containers/oms/stats/", "/images/json",
		"/containers/../_ping", "/containers//stats", "/containers/%2e%2e%2f_ping/stats", "/health/", "//health",
		// another stack's, and the engine's own spelling of one of ours
		"/containers/other-store/stats", "/containers/other-store/logs", "/containers/exportst-oms/stats",
		"/containers/oms%2Flogs%3Ffollow/stats",
	} {
		if status, body := get(t, server, path); status != http.StatusNotFound {
			t.Errorf("GET %s answered %d: %s", path, status, body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
		for _, path := range []string{"/containers", "/health", "/events", "/containers/oms/stats", "/containers/oms/logs"} {
			if status, _ := ask(t, server, method, path); status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s answered %d", method, path, status)
			}
		}
	}
	for _, path := range []string{"/containers?all=1", "/containers/oms/logs?follow=1", "/containers/oms/stats?stream=1", "/health?x", "/events?since=1&since=2", "/events?since=yesterday"} {
		if status, _ := get(t, server, path); status != http.StatusBadRequest {
			t.Errorf("GET %s answered %d", path, status)
		}
	}
	for _, asked := range fake.requests() {
		if asked.Method != http.MethodGet || asked.URL.Path != "/containers/json" {
			t.Errorf("asked the engine %s %s", asked.Method, asked.URL)
		}
	}
}

func TestEngineProxyBoundsWhatItAsksAtOnce(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	var now, most atomic.Int32
	slow := func(w http.ResponseWriter, _ *http.Request) {
		running := now.Add(1)
		for old := most.Load(); running > old && !most.CompareAndSwap(old, running); old = most.Load() {
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		serveRecorded(w, "stats-oms.json")
	}
	var listed []listed
	readRecorded("list.json", &listed)
	for _, each := range listed {
		fake.answer("/containers/"+each.ID+"/stats", slow)
	}
	var all sync.WaitGroup
	for range 3 * engineCallsAtOnce {
		all.Add(1)
		go func() {
			defer all.Done()
			if status, body := get(t, server, "/containers/oms/stats"); status != http.StatusOK {
				t.Errorf("answered %d: %s", status, body)
			}
		}()
	}
	all.Wait()
	if most.Load() > engineCallsAtOnce || most.Load() < 2 {
		t.Errorf("%d requests at once, wanted 2 to %d", most.Load(), engineCallsAtOnce)
	}
}

func TestEngineProxyFindsANewContainer(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	fake.answer("/containers/json", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) })
	if status, _ := get(t, server, "/containers/oms/stats"); status != http.StatusNotFound {
		t.Errorf("before it is there: %d", status)
	}
	fake.answer("/containers/json", func(w http.ResponseWriter, _ *http.Request) { serveRecorded(w, "list.json") })
	time.Sleep(unknownAge)
	if status, _ := get(t, server, "/containers/oms/stats"); status != http.StatusOK {
		t.Errorf("once it is there: %d", status)
	}
}

func TestEngineProxySaysWhenTheEngineIsAway(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	if status, _ := get(t, server, "/health"); status != http.StatusOK {
		t.Errorf("healthy: %d", status)
	}
	broken := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "a secret of the engine's", http.StatusInternalServerError)
	}
	for _, path := range []string{"/_ping", "/containers/json"} {
		fake.answer(path, broken)
	}
	for _, path := range []string{"/health", "/containers", "/containers/oms/stats"} {
		status, body := get(t, server, path)
		if status != http.StatusBadGateway || strings.Contains(body, "secret") {
			t.Errorf("%s answered %d: %s", path, status, body)
		}
	}
}

func TestEngineProxyLeavesOutWhoWentAway(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	var own []listed
	readRecorded("list.json", &own)
	fake.answer("/containers/"+own[0].ID+"/json", http.NotFound)
	var found []container
	getJSON(t, server, "/containers", &found)
	if len(found) != 2 {
		t.Errorf("got %v", found)
	}
}

func TestEngineProxyWantsALogin(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	asWhom := func(name, password string) int {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/containers", nil)
		if err != nil {
			t.Fatal(err)
		}
		if name != "" {
			request.SetBasicAuth(name, password)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	if status := asWhom("reader", "a password"); status != http.StatusOK {
		t.Errorf("with the right one: %d", status)
	}
	for name, password := range map[string]string{"": "", "reader": "a passwore", "other": "a password", "Reader": "a password"} {
		if status := asWhom(name, password); status != http.StatusUnauthorized {
			t.Errorf("%q %q: %d", name, password, status)
		}
	}
	// the container's own probe has none
	response, err := server.Client().Get(server.URL + "/health")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("health: %v %v", response, err)
	}
}

func TestEngineProxyReadsItsUsers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	sum := strings.Repeat("0a", 32)
	writeFile(t, path, "one:"+sum+"\n\ntwo:"+sum+"\n")
	if known, err := readUsers(path); err != nil || len(known) != 2 {
		t.Errorf("%v %v", known, err)
	}
	for _, bad := range []string{"", "one\n", ":" + sum, "one:0a", "one:" + strings.Repeat("x", 64)} {
		writeFile(t, path, bad)
		if _, err := readUsers(path); err == nil || strings.Contains(err.Error(), "0a") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestEngineProxyWantsAStackAndUsers(t *testing.T) {
	users := filepath.Join(t.TempDir(), "users")
	writeFile(t, users, "one:"+strings.Repeat("0a", 32))
	wantFailure(t, []string{"--stack"}, "engine-proxy", "--users", users)
	wantFailure(t, []string{"--users"}, "engine-proxy", "--stack", "a")
	wantFailure(t, []string{"no such file"}, "engine-proxy", "--stack", "a", "--users", users+"-not")
	wantFailure(t, []string{"unexpected argument", "x"}, "engine-proxy", "--stack", "a", "--users", users, "x")
}
