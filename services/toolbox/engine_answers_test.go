package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEngineProxyReducesStats(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	var used usage
	getJSON(t, server, "/containers/oms/stats", &used)
	wanted := usage{
		Read:                 used.Read,
		CPUNanoseconds:       615687697,
		ThrottledNanoseconds: 1373009074,
		MemoryBytes:          29446144,
		WorkingSetBytes:      29446144 - 26636288,
		PIDs:                 2,
		Networks:             map[string]traffic{"eth0": {1166, 0}, "eth1": {1166, 0}},
	}
	if fmt.Sprint(used) != fmt.Sprint(wanted) || used.Read.Year() != 2026 {
		t.Errorf("got %+v", used)
	}
	asked := fake.requests()
	if query := asked[len(asked)-1].URL.RawQuery; query != "one-shot=true&stream=false" {
		t.Errorf("asked with %s", query)
	}
	if status, body := get(t, server, "/containers/risk/stats"); status != http.StatusConflict {
		t.Errorf("of one that does not run: %d %s", status, body)
	}
}

// What version 2 of the control groups says is named in the engine's API reference: no total_, and the same meaning.
func TestEngineProxyKnowsBothControlGroups(t *testing.T) {
	var given engineStats
	text := `{"memory_stats":{"usage":5000,"stats":{"inactive_file":2000,"active_file":7,"anon":9}}}`
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		t.Fatal(err)
	}
	if got := reduce(given).WorkingSetBytes; got != 3000 {
		t.Errorf("version 2: %d", got)
	}
	given.MemoryStats.Stats = map[string]uint64{"inactive_file": 10, "total_inactive_file": 1000}
	if got := reduce(given).WorkingSetBytes; got != 4000 {
		t.Errorf("version 1: %d", got)
	}
	given.MemoryStats.Stats = map[string]uint64{"inactive_file": 6000}
	if got := reduce(given).WorkingSetBytes; got != 0 {
		t.Errorf("more cache than use, for a moment: %d", got)
	}
}

func TestEngineProxyDecodesLogs(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	status, body := get(t, server, "/containers/oms/logs?tail=5")
	if status != http.StatusOK {
		t.Fatalf("answered %d: %s", status, body)
	}
	var lines []logLine
	for _, text := range strings.Split(strings.TrimSpace(body), "\n") {
		var line logLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		lines = append(lines, line)
	}
	told := map[string]string{}
	for _, line := range lines {
		told[line.Text] = line.Stream
		if at, err := time.Parse(time.RFC3339Nano, line.Time); err != nil || at.Year() != 2026 {
			t.Errorf("time %q", line.Time)
		}
	}
	// the engine had split the long one
	if len(lines) != 3 || told["accepted"] != "stdout" || told["refused"] != "stderr" || told[strings.Repeat("a", 20000)] != "stdout" {
		t.Errorf("%d lines: %.200v", len(lines), lines)
	}
	if _, body := get(t, server, "/containers/oms/logs?timestamps=false"); strings.Contains(body, `"time"`) {
		t.Errorf("with times: %.100s", body)
	}
}

func TestEngineProxyPassesOnlyWholeLogQuestions(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	for question, wanted := range map[string]string{
		"":                            "stderr=1&stdout=1&tail=1000&timestamps=1",
		"?tail=10000":                 "stderr=1&stdout=1&tail=10000&timestamps=1",
		"?since=1795622400.5&tail=20": "since=1795622400.5&stderr=1&stdout=1&tail=20&timestamps=1",
		"?since=1795622400":           "since=1795622400&stderr=1&stdout=1&tail=10000&timestamps=1",
		"?tail=0":                     "",
		"?tail=10001":                 "",
		"?tail=all":                   "",
		"?since=2026-11-25T16:00:00Z": "",
		"?since=-1":                   "",
		"?since=1%26follow%3D1":       "",
		"?timestamps=perhaps":         "",
		"?since=1795622400&first=5":   "since=1795622400&stderr=1&stdout=1&tail=all&timestamps=1",
		"?since=1&first=10001":        "",
		"?since=1&first=0":            "",
		"?first=5":                    "",
		"?since=1&first=5&tail=5":     "",
	} {
		before := len(fake.requests())
		status, _ := get(t, server, "/containers/oms/logs"+question)
		asked := fake.requests()[before:]
		if wanted == "" {
			if status != http.StatusBadRequest {
				t.Errorf("%s answered %d", question, status)
			}
			continue
		}
		if last := asked[len(asked)-1]; !strings.HasSuffix(last.URL.Path, "/logs") || last.URL.RawQuery != wanted {
			t.Errorf("%s asked %s", question, last.URL)
		}
	}
}

func frame(stream byte, text string) []byte {
	header := make([]byte, 8)
	header[0] = stream
	binary.BigEndian.PutUint32(header[4:], uint32(len(text)))
	return append(header, text...)
}

// answerLogs has every container of the stack say the same.
func answerLogs(fake *fakeEngine, say func(http.ResponseWriter)) {
	var own []listed
	readRecorded("list.json", &own)
	for _, each := range own {
		fake.answer("/containers/"+each.ID+"/logs", func(w http.ResponseWriter, _ *http.Request) { say(w) })
	}
}

func TestDecodeLogsOfBothStreamsAtOnce(t *testing.T) {
	const at = "2026-11-25T16:00:00.000000001Z "
	input := bytes.Join([][]byte{
		frame(1, at+"one "), frame(2, at+"bad\n"), frame(1, at+"line\n"), frame(1, "no time\n"), frame(1, at+"\n"), frame(1, at+"unfinished"),
	}, nil)
	var got []string
	collect := func(line logLine) error {
		got = append(got, line.Stream+": "+line.Text)
		return nil
	}
	if err := decodeLogs(bytes.NewReader(input), collect); err != nil {
		t.Fatal(err)
	}
	if wanted := []string{"stderr: bad", "stdout: one line", "stdout: no time", "stdout: "}; fmt.Sprint(got) != fmt.Sprint(wanted) {
		t.Errorf("got %q", got)
	}
	for name, bad := range map[string][]byte{
		"plain text":     []byte("accepted\nrefused\n"),
		"a cut frame":    frame(1, at+"half")[:20],
		"a giant length": {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
	} {
		if err := decodeLogs(bytes.NewReader(bad), collect); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestEngineProxySaysThatALogWasCut(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	answerLogs(fake, func(w http.ResponseWriter) {
		line := frame(1, "2026-11-25T16:00:00Z "+strings.Repeat("x", 1<<16)+"\n")
		for range largestAnswer/len(line) + 10 {
			_, _ = w.Write(line)
		}
	})
	_, body := get(t, server, "/containers/oms/logs")
	if !strings.HasSuffix(body, "\n{\"truncated\":true}\n") || len(body) > largestAnswer+1<<20 {
		t.Errorf("%d bytes, ending in %s", len(body), body[max(0, len(body)-60):])
	}
}

func TestEngineProxyTellsTheFirstLines(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	answerLogs(fake, func(w http.ResponseWriter) {
		for number := range 4 {
			_, _ = w.Write(frame(1, fmt.Sprintf("2026-11-25T16:00:0%dZ line %d\n", number, number)))
		}
	})
	for first, wanted := range map[int]string{2: "line 0, line 1, cut", 4: "line 0, line 1, line 2, line 3", 9: "line 0, line 1, line 2, line 3"} {
		_, body := get(t, server, fmt.Sprintf("/containers/oms/logs?since=1&first=%d", first))
		var told []string
		for _, text := range strings.Split(strings.TrimSpace(body), "\n") {
			var line struct {
				Text      string
				Truncated bool
			}
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
			if line.Truncated {
				line.Text = "cut"
			}
			told = append(told, line.Text)
		}
		if got := strings.Join(told, ", "); got != wanted {
			t.Errorf("the first %d are %s", first, got)
		}
	}
}

func TestEngineProxyRemembersEvents(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	recorded := recordedFile("events.jsonl")
	// told twice, as after a reconnection
	fake.heard <- recorded
	fake.heard <- recorded
	var answer eventAnswer
	for until := time.Now().Add(5 * time.Second); len(answer.Events) < 5 && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		getJSON(t, server, "/events", &answer)
	}
	var told []string
	for _, each := range answer.Events {
		told = append(told, strings.TrimSpace(strings.Join([]string{each.Name, each.Action, each.Health}, " ")))
	}
	if wanted := []string{"oms start", "risk start", "oms health_status healthy", "risk oom", "risk die"}; fmt.Sprint(told) != fmt.Sprint(wanted) {
		t.Fatalf("got %q", told)
	}
	last := answer.Events[4]
	if last.ExitCode == nil || *last.ExitCode != 137 || last.Workload != "risk" || last.Role != "service" {
		t.Errorf("the end of risk is %+v", last)
	}
	var newer eventAnswer
	getJSON(t, server, "/events?since="+last.Time, &newer)
	if len(newer.Events) != 1 || newer.Events[0].Action != "die" {
		t.Errorf("since the last one: %+v", newer.Events)
	}
}

func TestEngineProxySaysWhatItMayHaveMissed(t *testing.T) {
	fake := startFakeEngine(t)
	server := window(t, fake)
	complete := func() int64 {
		var answer eventAnswer
		getJSON(t, server, "/events", &answer)
		since, err := strconv.ParseInt(answer.CompleteSince, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return since
	}
	wait := func(what string, done func() bool) {
		t.Helper()
		for until := time.Now().Add(5 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatal(what)
			}
		}
	}
	first := complete()
	broke := time.Now().UnixNano()
	close(fake.heard)
	wait("the break is not told", func() bool { return complete() > max(first, broke) })
}

func TestEventLogKeepsTheNewest(t *testing.T) {
	log := newEventLog()
	for index := range int64(eventsKept + 10) {
		log.add(event{Time: strconv.FormatInt(index, 10), ID: "a", Action: "start", nanos: index})
	}
	answer := log.since(0)
	if len(answer.Events) != eventsKept || answer.Events[0].Time != "10" || answer.CompleteSince != "10" {
		t.Errorf("%d events from %s, complete since %s", len(answer.Events), answer.Events[0].Time, answer.CompleteSince)
	}
}
