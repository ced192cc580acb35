package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// answers gives one answer a call, and the last one for ever.
func answers(calls *int, given ...error) glance {
	return func() (string, error) {
		index := min(*calls, len(given)-1)
		*calls++
		return fmt.Sprintf("answer %d", *calls), given[index]
	}
}

var unwell = errors.New("unwell")

func TestPaceWithoutHoldAsksOnce(t *testing.T) {
	calls := 0
	p := pace{every: time.Second, mark: filepath.Join(t.TempDir(), "mark")}
	if _, err := p.look(answers(&calls, unwell)); err != unwell || calls != 1 {
		t.Errorf("asked %d times: %v", calls, err)
	}
	if _, err := os.Stat(p.mark); err == nil {
		t.Error("left a mark")
	}
}

func TestPaceAwaitsTheFirstGoodAnswerAndTellsIt(t *testing.T) {
	calls := 0
	p := pace{every: 10 * time.Second, hold: time.Hour, mark: filepath.Join(t.TempDir(), "mark")}
	said, err := p.look(answers(&calls, unwell, unwell, nil))
	if err != nil || said != "answer 3" || calls != 3 {
		t.Errorf("asked %d times: %q, %v", calls, said, err)
	}
	if _, err := os.Stat(p.mark); err != nil {
		t.Errorf("left no mark: %v", err)
	}
}

func TestPaceTellsWhatIsWrongAfterOneInterval(t *testing.T) {
	calls := 0
	p := pace{every: 3 * pollEvery, hold: time.Hour, mark: filepath.Join(t.TempDir(), "mark")}
	if _, err := p.look(answers(&calls, unwell)); err != unwell || calls < 2 {
		t.Errorf("asked %d times: %v", calls, err)
	}
}

func TestPaceStaysWhileAllIsWell(t *testing.T) {
	calls := 0
	p := pace{every: 20 * time.Millisecond, hold: 200 * time.Millisecond, mark: filepath.Join(t.TempDir(), "mark")}
	writeFile(t, p.mark, "")
	began := time.Now()
	if _, err := p.look(answers(&calls, nil)); err != nil || calls < 3 {
		t.Errorf("asked %d times: %v", calls, err)
	}
	if stayed := time.Since(began); stayed > p.hold+time.Second {
		t.Errorf("stayed for %s", stayed)
	}
	if _, err := os.Stat(p.mark); err != nil {
		t.Errorf("took the mark away: %v", err)
	}
}

func TestPaceTellsAtOnceThatItIsNotWellAnyMore(t *testing.T) {
	calls := 0
	p := pace{every: time.Millisecond, hold: time.Hour, mark: filepath.Join(t.TempDir(), "mark")}
	writeFile(t, p.mark, "")
	if _, err := p.look(answers(&calls, nil, nil, unwell)); !errors.Is(err, unwell) || calls != 3 {
		t.Errorf("asked %d times: %v", calls, err)
	}
	// so that the next check ends with the first good answer, and does not stay with it
	if _, err := os.Stat(p.mark); err == nil {
		t.Error("left the mark")
	}
}

func TestPaceRefusesNoInterval(t *testing.T) {
	wantFailure(t, []string{"--every is 0s"}, "probe", "tcp", "127.0.0.1:1", "--hold", "1m", "--every", "0s")
}

func TestProbeExec(t *testing.T) {
	code, out, message := runAs(t, "", "probe", "exec", "--timeout", "5s", "--", "sh", "-c", "echo accepting; exit 0")
	if code != 0 || !strings.Contains(out, "sh: well: accepting") {
		t.Errorf("code %d, output %q, message %q", code, out, message)
	}
	// whatever the tool ends with: engines reserve 2
	wantFailure(t, []string{"sh: exit status 2: no response"}, "probe", "exec", "--", "sh", "-c", "echo no response >&2; exit 2")
	wantFailure(t, []string{"sleep did not end within 100ms"}, "probe", "exec", "--timeout", "100ms", "--", "sleep", "10")
	wantFailure(t, []string{"wants a command after --"}, "probe", "exec")
	wantFailure(t, []string{"executable file not found"}, "probe", "exec", "--", "no-such-tool")
}
