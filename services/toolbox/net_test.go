package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestReach(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	closed := closedPort(t)
	stdin := fmt.Sprintf("nats tcp %s\n\nvalkey tcp %s\nnames dns localhost\nnone dns no-such-name.invalid\nworse tcp no-such-name.invalid:80\n",
		listener.Addr(), closed)
	code, out, message := runAs(t, stdin, "reach")
	if code != 0 {
		t.Fatal(message)
	}
	var answers []reached
	if err := json.Unmarshal([]byte(out), &answers); err != nil {
		t.Fatal(err)
	}
	wanted := []reached{
		{"nats", "tcp", listener.Addr().String(), "open"},
		{"valkey", "tcp", closed, "refused"},
		{"names", "dns", "localhost", "resolved"},
		{"none", "dns", "no-such-name.invalid", "unresolved"},
		{"worse", "tcp", "no-such-name.invalid:80", "unresolved"},
	}
	if fmt.Sprint(answers) != fmt.Sprint(wanted) {
		t.Errorf("got %v", answers)
	}
}

func TestReachTakesArgumentsAndAnswersAll(t *testing.T) {
	// more than may be in flight at once
	targets := make([]string, 200)
	for index := range targets {
		targets[index] = fmt.Sprintf("n%d tcp %s", index, closedPort(t))
	}
	started := time.Now()
	code, out, message := runAs(t, "", append([]string{"reach"}, targets...)...)
	if code != 0 || strings.Count(out, `"refused"`) != len(targets) {
		t.Errorf("code %d, output %q, message %q", code, out, message)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestReachNamesEveryBadLine(t *testing.T) {
	wantFailure(t, []string{"line 1", "line 2", "line 4", "missing port"},
		"reach", "a udp b:1", "a tcp", "ok tcp 127.0.0.1:1", "a tcp host")
}

func TestClassify(t *testing.T) {
	wrap := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for wanted, err := range map[string]error{
		"refused":     wrap(syscall.ECONNREFUSED),
		"timeout":     &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded},
		"unreachable": wrap(syscall.ENETUNREACH),
		"unresolved":  &net.OpError{Op: "dial", Err: &net.DNSError{Name: "x", IsTimeout: true}},
	} {
		if got := classify(err); got != wanted {
			t.Errorf("%v: %s, wanted %s", err, got, wanted)
		}
	}
}

// netTables is what a kernel shows: two listeners, one of them twice, and a connection.
const tcpTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 2 1 0
   2: 0B00007F:A3C1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0
   3: 020015AC:1F90 030015AC:C001 01 00000000:00000000 00:00000000 00000000  1000        0 4 1 0
`
const tcp6Table = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A
   1: 00000000000000000000000000000000:2382 00000000000000000000000000000000:0000 0A
`

func TestListenReadsTheKernelsTables(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "tcp"), tcpTable)
	writeFile(t, filepath.Join(dir, "tcp6"), tcp6Table)
	code, out, message := runAs(t, "", "listen", "--proc", dir)
	wanted := `[{"address":"::1","port":22,"loopback":true},{"address":"0.0.0.0","port":8080,"loopback":false},` +
		`{"address":"::","port":9090,"loopback":false},{"address":"127.0.0.11","port":41921,"loopback":true}]`
	if code != 0 || strings.TrimSpace(out) != wanted {
		t.Errorf("output %q, message %q", out, message)
	}
	if err := os.Remove(filepath.Join(dir, "tcp6")); err != nil {
		t.Fatal(err)
	}
	if code, _, message := runAs(t, "", "listen", "--proc", dir); code != 0 {
		t.Errorf("without IPv6: %s", message)
	}
	writeFile(t, filepath.Join(dir, "tcp"), tcpTable+"   4: XX:1F90 0:0 0A\n")
	wantFailure(t, []string{"tcp: line 6"}, "listen", "--proc", dir)
	wantFailure(t, []string{"no such file"}, "listen", "--proc", filepath.Join(dir, "none"))
}

func TestListenSeesARealListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	wanted := fmt.Sprintf(`{"address":"127.0.0.1","port":%d,"loopback":true}`, port)
	if _, out, message := runAs(t, "", "listen"); !strings.Contains(out, wanted) {
		t.Errorf("%s not in %s %s", wanted, out, message)
	}
	_ = listener.Close()
	if _, out, _ := runAs(t, "", "listen"); strings.Contains(out, wanted) {
		t.Error("still there after it was closed")
	}
}
