package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// shownBody is how much of an unwanted answer's body goes into the health log.
const shownBody = 200

func runProbe(args []string, e env) error {
	if len(args) == 0 {
		return errors.New("which kind? `probe http URL`, `probe tcp HOST:PORT` or `probe exec -- COMMAND`")
	}
	switch args[0] {
	case "http":
		return probeHTTP(args[1:], e)
	case "tcp":
		return probeTCP(args[1:], e)
	case "exec":
		return probeExec(args[1:], e)
	default:
		return fmt.Errorf("unknown kind %q; there are: http, tcp, exec", args[0])
	}
}

func probeTCP(args []string, e env) error {
	flags := newFlags("probe tcp")
	timeout := flags.Duration("timeout", 2*time.Second, "")
	pace := addPace(flags)
	rest, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("wants one HOST:PORT, got %d arguments", len(rest))
	}
	return pace.run(func() (string, error) {
		started := time.Now()
		conn, err := net.DialTimeout("tcp", rest[0], *timeout)
		if err != nil {
			return "", err
		}
		_ = conn.Close()
		return fmt.Sprintf("%s accepts connections (%s)", rest[0], since(started)), nil
	}, e)
}

// probeExec asks with the image's own tool. Its words are the answer, where it says any.
func probeExec(args []string, e env) error {
	flags := newFlags("probe exec")
	timeout := flags.Duration("timeout", 2*time.Second, "")
	pace := addPace(flags)
	command, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(command) == 0 {
		return errors.New("wants a command after --")
	}
	return pace.run(func() (string, error) {
		started := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), *timeout)
		defer cancel()
		tool := exec.CommandContext(ctx, command[0], command[1:]...)
		// what it has started may hold its output open
		tool.WaitDelay = 100 * time.Millisecond
		output, err := tool.CombinedOutput()
		switch {
		case ctx.Err() != nil:
			return "", fmt.Errorf("%s did not end within %s", command[0], *timeout)
		case err != nil:
			// no exit status of ours: an engine knows 0 and 1
			return "", fmt.Errorf("%s: %v%s", command[0], err, bodyLine(bytes.NewReader(output)))
		}
		return fmt.Sprintf("%s: well%s (%s)", command[0], bodyLine(bytes.NewReader(output)), since(started)), nil
	}, e)
}

func probeHTTP(args []string, e env) error {
	flags := newFlags("probe http")
	wanted := flags.String("status", "200-299", "")
	timeout := flags.Duration("timeout", 2*time.Second, "")
	headerFile := flags.String("header-file", "", "")
	loginFile := flags.String("login-file", "", "")
	caFile := flags.String("insecure-ca", "", "")
	pace := addPace(flags)
	rest, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("wants one URL, got %d arguments", len(rest))
	}
	ranges, err := parseStatuses(*wanted)
	if err != nil {
		return err
	}
	client, err := probeClient(*caFile)
	if err != nil {
		return err
	}
	return pace.run(func() (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), *timeout)
		defer cancel()
		request, err := buildRequest(ctx, rest[0], *headerFile)
		if err != nil {
			return "", err
		}
		if err := addLogin(request, *loginFile); err != nil {
			return "", err
		}
		started := time.Now()
		response, err := client.Do(request)
		if err != nil {
			var wrapped *url.Error
			if errors.As(err, &wrapped) && wrapped.Timeout() {
				return "", fmt.Errorf("%s: no answer within %s", rest[0], *timeout)
			}
			return "", err
		}
		defer response.Body.Close()
		if !ranges.contain(response.StatusCode) {
			return "", fmt.Errorf("%s answered %d, wanted %s%s", rest[0], response.StatusCode, *wanted, bodyLine(response.Body))
		}
		return fmt.Sprintf("%s answered %d (%s)", rest[0], response.StatusCode, since(started)), nil
	}, e)
}

func buildRequest(ctx context.Context, target, headerFile string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	if request.URL.Scheme != "http" && request.URL.Scheme != "https" {
		return nil, fmt.Errorf("%q is no http(s) URL", target)
	}
	request.Header.Set("User-Agent", "t26-probe")
	if headerFile == "" {
		return request, nil
	}
	return request, addHeaders(request, headerFile)
}

// addLogin reads `name:password` for basic authentication. Errors never say what the file holds.
func addLogin(request *http.Request, path string) error {
	if path == "" {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, password, ok := strings.Cut(strings.TrimSpace(string(content)), ":")
	if !ok {
		return fmt.Errorf("%s is not `name:password`", path)
	}
	request.SetBasicAuth(name, password)
	return nil
}

// addHeaders reads `Name: value` lines. Errors name the line, never what it holds: it may be a credential.
func addHeaders(request *http.Request, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%s line %d is not `Name: value`", path, number)
		}
		if name = strings.TrimSpace(name); strings.EqualFold(name, "Host") {
			request.Host = strings.TrimSpace(value)
		} else {
			request.Header.Set(name, strings.TrimSpace(value))
		}
	}
	return lines.Err()
}

// probeClient follows no redirect and keeps no connection. With a CA file the certificate must chain to it,
// but may carry any name: a probe speaks to 127.0.0.1, which no certificate of a service names.
func probeClient(caFile string) (*http.Client, error) {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no PEM certificate", caFile)
		}
		transport.TLSClientConfig = &tls.Config{
			InsecureSkipVerify: true, // the chain is verified below; only the name is not
			VerifyConnection: func(state tls.ConnectionState) error {
				between := x509.NewCertPool()
				for _, cert := range state.PeerCertificates[1:] {
					between.AddCert(cert)
				}
				_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
				return err
			},
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

type statusRange struct{ from, to int }
type statusRanges []statusRange

// parseStatuses reads "200-299,401".
func parseStatuses(text string) (statusRanges, error) {
	var ranges statusRanges
	for _, part := range splitList(text) {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		from, errFrom := strconv.Atoi(low)
		to, errTo := strconv.Atoi(high)
		if errFrom != nil || errTo != nil || from < 100 || to > 599 || from > to {
			return nil, fmt.Errorf("--status %q: %q is neither a status nor a range; write it like 200-299,401", text, part)
		}
		ranges = append(ranges, statusRange{from, to})
	}
	if len(ranges) == 0 {
		return nil, fmt.Errorf("--status is empty; write it like 200-299")
	}
	return ranges, nil
}

func (ranges statusRanges) contain(status int) bool {
	for _, each := range ranges {
		if status >= each.from && status <= each.to {
			return true
		}
	}
	return false
}

// bodyLine is the beginning of an answer, on one line, for the health log.
func bodyLine(body io.Reader) string {
	start, _ := io.ReadAll(io.LimitReader(body, shownBody))
	text := strings.Join(strings.Fields(string(start)), " ")
	if text == "" {
		return ""
	}
	return ": " + text
}

func since(started time.Time) string {
	return time.Since(started).Round(100 * time.Microsecond).String()
}
