package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

const (
	mostLines   = 10_000
	usualLines  = 1000
	longestLine = 256 << 10
)

// moment is a time as the engine takes it: seconds since 1970, with a fraction or without.
var moment = regexp.MustCompile(`^\d{1,10}(\.\d{1,9})?$`)

// logLine is one line of a container's output; the answer has one such object a line. Where there is more than can be
// answered, the last one is {"truncated":true}: ask again from the last line's time on.
type logLine struct {
	// Time as the engine wrote it, in RFC 3339 with nanoseconds.
	Time   string `json:"time,omitempty"`
	Stream string `json:"stream"`
	Text   string `json:"text"`
}

// logQuestion is what is asked of the engine, and what is told of its answer.
type logQuestion struct {
	asked    url.Values
	withTime bool
	// first is how many lines are told at most, from the oldest on; 0: all that the engine answers.
	first int
}

// errEnough: what is left of the answer is not wanted.
var errEnough = errors.New("enough")

// logs answers with the last lines, or the last or first ones since a moment, never with a stream that goes on.
func (p *engineProxy) logs(ctx context.Context, w http.ResponseWriter, id string, query url.Values) error {
	question, err := logQuery(query)
	if err != nil {
		return err
	}
	return p.engine.read(ctx, "/containers/"+id+"/logs", question.asked, func(body io.Reader) error {
		frames := bufio.NewReader(body)
		// an answer that cannot be read at all is an error; after its first line it can only end early
		if _, err := frames.Peek(1); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("the engine's answer cannot be read: %w", err)
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		told := 0
		err := decodeLogs(frames, func(line logLine) error {
			if told++; question.first > 0 && told > question.first {
				return errEnough
			}
			if !question.withTime {
				line.Time = ""
			}
			return encoder.Encode(line)
		})
		if err != nil {
			_ = encoder.Encode(map[string]bool{"truncated": true})
		}
		return nil
	})
}

func logQuery(query url.Values) (logQuestion, error) {
	// the engine's timestamps tell where a line that it has split begins
	asked := url.Values{"stdout": {"1"}, "stderr": {"1"}, "timestamps": {"1"}, "tail": {strconv.Itoa(usualLines)}}
	question := logQuestion{asked: asked, withTime: true}
	if query.Has("since") {
		if !moment.MatchString(query.Get("since")) {
			return question, badRequest{errors.New("since wants seconds since 1970, such as 1795622400 or 1795622400.5")}
		}
		asked.Set("since", query.Get("since"))
		asked.Set("tail", strconv.Itoa(mostLines))
	}
	if query.Has("tail") {
		lines, err := lineCount(query, "tail")
		if err != nil {
			return question, err
		}
		asked.Set("tail", strconv.Itoa(lines))
	}
	if query.Has("first") {
		if query.Has("tail") || !query.Has("since") {
			return question, badRequest{errors.New("first wants since with it, and no tail")}
		}
		lines, err := lineCount(query, "first")
		if err != nil {
			return question, err
		}
		asked.Set("tail", "all")
		question.first = lines
	}
	if query.Has("timestamps") {
		var err error
		if question.withTime, err = strconv.ParseBool(query.Get("timestamps")); err != nil {
			return question, badRequest{errors.New("timestamps wants true or false")}
		}
	}
	return question, nil
}

func lineCount(query url.Values, name string) (int, error) {
	lines, err := strconv.Atoi(query.Get(name))
	if err != nil || lines < 1 || lines > mostLines {
		return 0, badRequest{fmt.Errorf("%s wants a number of lines from 1 to %d", name, mostLines)}
	}
	return lines, nil
}

// decodeLogs reads the engine's frames: one byte for the stream, three of nothing, four for the length, the content.
// A line longer than 16 KiB comes in several frames, each with the time in front, the last one with the newline.
func decodeLogs(frames io.Reader, use func(logLine) error) error {
	streams := map[byte]string{1: "stdout", 2: "stderr"}
	open := map[byte]*logLine{}
	header := make([]byte, 8)
	for {
		if _, err := io.ReadFull(frames, header); err != nil {
			return cleanEnd(err)
		}
		stream, known := streams[header[0]]
		size := binary.BigEndian.Uint32(header[4:])
		if !known || size > longestLine {
			return errors.New("this is not a multiplexed stream")
		}
		content := make([]byte, size)
		if _, err := io.ReadFull(frames, content); err != nil {
			return err
		}
		at, text := splitTime(content)
		line := open[header[0]]
		if line == nil {
			line = &logLine{Time: at, Stream: stream}
			open[header[0]] = line
		}
		body, whole := bytes.CutSuffix(text, []byte("\n"))
		line.Text += string(body)
		if !whole && len(line.Text) < longestLine {
			continue
		}
		delete(open, header[0])
		if err := use(*line); err != nil {
			return err
		}
	}
}

func splitTime(content []byte) (string, []byte) {
	at, text, found := bytes.Cut(content, []byte(" "))
	if _, err := time.Parse(time.RFC3339Nano, string(at)); !found || err != nil {
		return "", content
	}
	return string(at), text
}

func cleanEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
