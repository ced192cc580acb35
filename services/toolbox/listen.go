package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// stateListen is TCP_LISTEN in /proc/net/tcp.
const stateListen = "0A"

// socket is a listener in this network namespace. Docker's own resolver shows up at 127.0.0.11.
type socket struct {
	Address  string `json:"address"`
	Port     int    `json:"port"`
	Loopback bool   `json:"loopback"`
}

func runListen(args []string, e env) error {
	flags := newFlags("listen")
	proc := flags.String("proc", "/proc/net", "")
	if err := noPositional(parseMixed(flags, args)); err != nil {
		return err
	}
	sockets := []socket{}
	for _, name := range []string{"tcp", "tcp6"} {
		file, err := os.Open(filepath.Join(*proc, name))
		// a kernel without IPv6 has no tcp6; a namespace without tcp does not exist
		if name == "tcp6" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		found, err := parseListeners(file)
		_ = file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		sockets = append(sockets, found...)
	}
	slices.SortFunc(sockets, func(a, b socket) int {
		if a.Port != b.Port {
			return a.Port - b.Port
		}
		return strings.Compare(a.Address, b.Address)
	})
	return json.NewEncoder(e.out).Encode(slices.Compact(sockets))
}

func parseListeners(in io.Reader) ([]socket, error) {
	var found []socket
	lines := bufio.NewScanner(in)
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(lines.Text())
		if number == 1 || len(fields) < 4 || fields[3] != stateListen {
			continue
		}
		each, err := parseAddress(fields[1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		found = append(found, each)
	}
	return found, lines.Err()
}

// parseAddress reads "0100007F:1F90": the address in 32-bit words of the machine's order (all our platforms
// are little-endian), the port as plain hex.
func parseAddress(text string) (socket, error) {
	addressHex, portHex, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(addressHex)
	if err != nil || (len(raw) != net.IPv4len && len(raw) != net.IPv6len) {
		return socket{}, fmt.Errorf("%q is no address", text)
	}
	port, err := strconv.ParseUint(portHex, 16, 16)
	if err != nil {
		return socket{}, fmt.Errorf("%q has no port", text)
	}
	for word := 0; word < len(raw); word += 4 {
		slices.Reverse(raw[word : word+4])
	}
	ip := net.IP(raw)
	return socket{ip.String(), int(port), ip.IsLoopback()}, nil
}
