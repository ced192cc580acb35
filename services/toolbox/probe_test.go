package main

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProbeHTTPStatus(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			w.WriteHeader(http.StatusNoContent)
		case "/moved":
			http.Redirect(w, r, "/ok", http.StatusFound)
		default:
			http.Error(w, "store is\n  read-only", http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()

	code, out, _ := runAs(t, "", "probe", "http", server.URL+"/ok")
	if code != 0 || !strings.Contains(out, "answered 204") || strings.Count(out, "\n") != 1 {
		t.Errorf("healthy: code %d, output %q", code, out)
	}
	wantFailure(t, []string{"answered 503, wanted 200-299: store is read-only"}, "probe", "http", server.URL+"/broken")
	wantFailure(t, []string{"answered 302"}, "probe", "http", server.URL+"/moved")
	for _, wanted := range []string{"503", "200-299,503", "500-599"} {
		if code, _, message := runAs(t, "", "probe", "http", server.URL+"/broken", "--status", wanted); code != 0 {
			t.Errorf("--status %s: %s", wanted, message)
		}
	}
}

func TestProbeHTTPRefusesNonsense(t *testing.T) {
	for _, wanted := range []string{"", "2xx", "99", "600", "299-200", "200-"} {
		wantFailure(t, []string{"--status"}, "probe", "http", "http://127.0.0.1:1", "--status", wanted)
	}
	wantFailure(t, []string{"no http(s) URL"}, "probe", "http", "ftp://127.0.0.1")
	wantFailure(t, []string{"one URL, got 0"}, "probe", "http")
	wantFailure(t, []string{`unknown kind "udp"`}, "probe", "udp")
	wantFailure(t, []string{"connection refused"}, "probe", "http", "http://"+closedPort(t))
}

func TestProbeHTTPTimesOut(t *testing.T) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer server.Close()
	defer close(hold)
	started := time.Now()
	wantFailure(t, []string{"no answer within 100ms"}, "probe", "http", server.URL, "--timeout", "100ms")
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestProbeHTTPLogin(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "probe" || password != "s3cret:x" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	login := filepath.Join(t.TempDir(), "login")
	writeFile(t, login, "probe:s3cret:x\n")
	if code, _, message := runAs(t, "", "probe", "http", server.URL, "--login-file", login); code != 0 {
		t.Error(message)
	}
	writeFile(t, login, "s3cret")
	code, _, message := runAs(t, "", "probe", "http", server.URL, "--login-file", login)
	if code != 1 || !strings.Contains(message, "is not `name:password`") || strings.Contains(message, "s3cret") {
		t.Errorf("code %d, message %q", code, message)
	}
}

func TestProbeHTTPHeaders(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Basic abc:def" || r.Host != "store.internal" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	headers := filepath.Join(t.TempDir(), "headers")
	writeFile(t, headers, "Authorization: Basic abc:def\n\nhost: store.internal\n")
	if code, _, message := runAs(t, "", "probe", "http", server.URL, "--header-file", headers); code != 0 {
		t.Error(message)
	}
	wantFailure(t, []string{"answered 401"}, "probe", "http", server.URL)

	writeFile(t, headers, "Authorization: x\ns3cret\n")
	code, _, message := runAs(t, "", "probe", "http", server.URL, "--header-file", headers)
	if code != 1 || !strings.Contains(message, "line 2") || strings.Contains(message, "s3cret") {
		t.Errorf("code %d, message %q", code, message)
	}
}

func TestProbeHTTPSNeedsTheRightCA(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	dir := t.TempDir()
	right := filepath.Join(dir, "right.crt")
	writeFile(t, right, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	if code, _, message := runAs(t, "", "probe", "http", server.URL, "--insecure-ca", right); code != 0 {
		t.Error(message)
	}
	// localhost is not among the certificate's names: the chain counts, the name does not
	named := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if code, _, message := runAs(t, "", "probe", "http", named, "--insecure-ca", right); code != 0 {
		t.Error(message)
	}
	wantFailure(t, []string{"certificate"}, "probe", "http", server.URL)

	issueFor(t, dir, "other")
	wantFailure(t, []string{"unknown authority"}, "probe", "http", server.URL, "--insecure-ca", filepath.Join(dir, "ca", "ca.crt"))
	writeFile(t, right, "nothing")
	wantFailure(t, []string{"no PEM certificate"}, "probe", "http", server.URL, "--insecure-ca", right)
}

func TestProbeTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	code, out, _ := runAs(t, "", "probe", "tcp", listener.Addr().String())
	if code != 0 || !strings.Contains(out, "accepts connections") {
		t.Errorf("code %d, output %q", code, out)
	}
	wantFailure(t, []string{"connection refused"}, "probe", "tcp", closedPort(t))
	wantFailure(t, []string{"missing port"}, "probe", "tcp", "127.0.0.1")
	wantFailure(t, []string{"got 2 arguments"}, "probe", "tcp", "a:1", "b:2")
}

// closedPort is an address nothing listens on: it was given out and taken back.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
