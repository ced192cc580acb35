package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// engineCallsAtOnce bounds the requests in flight to the engine, whoever caused them. Enough for a whole stack: an
	// engine may take a second for a container's statistics (seen with 20.10), and the same second for all of them.
	engineCallsAtOnce = 64
	// largestAnswer bounds what is read of one answer of the engine.
	largestAnswer = 8 << 20
)

// errGone: the container was there a moment ago.
var errGone = errors.New("the container is gone")

// engine asks the Docker engine. Only GET is ever sent, without a version in the path: that is the engine's own.
type engine struct {
	client *http.Client
	slots  chan struct{}
}

func newEngine(socket string) *engine {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	return &engine{
		client: &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "unix", socket)
			},
			MaxIdleConns:          engineCallsAtOnce,
			MaxIdleConnsPerHost:   engineCallsAtOnce,
			IdleConnTimeout:       time.Minute,
			ResponseHeaderTimeout: answerTime,
			DisableCompression:    true,
		}},
		slots: make(chan struct{}, engineCallsAtOnce),
	}
}

// open sends a request; the caller closes the body. It takes no slot.
func (e *engine) open(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	target := url.URL{Scheme: "http", Host: "engine", Path: path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	response, err := e.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the engine cannot be asked: %w", err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	_ = response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, errGone
	}
	return nil, fmt.Errorf("the engine answered %d", response.StatusCode)
}

// read hands the beginning of an answer to a reader, at most largestAnswer of it.
func (e *engine) read(ctx context.Context, path string, query url.Values, use func(io.Reader) error) error {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	body, err := e.open(ctx, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	return use(io.LimitReader(body, largestAnswer))
}

// json reads an answer of one JSON value; one that is larger than allowed is cut, and then malformed.
func (e *engine) json(ctx context.Context, path string, query url.Values, into any) error {
	return e.read(ctx, path, query, func(body io.Reader) error {
		if err := json.NewDecoder(body).Decode(into); err != nil {
			return fmt.Errorf("the engine's answer cannot be read: %w", err)
		}
		return nil
	})
}

func (e *engine) ping(ctx context.Context) error {
	return e.read(ctx, "/_ping", nil, func(io.Reader) error { return nil })
}

// filters is the engine's way to select: https://docs.docker.com/reference/api/engine/
func filters(of map[string][]string) url.Values {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // strings only
	}
	return url.Values{"filters": {string(text)}}
}
