package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issueFor issues into dir/ca and dir/tls and returns what was said. Later flags override earlier ones.
func issueFor(t *testing.T, dir, name string, more ...string) string {
	t.Helper()
	for _, sub := range []string{"ca", "tls"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	args := append([]string{"ca", "issue", "--ca-dir", filepath.Join(dir, "ca"), "--out", filepath.Join(dir, "tls"),
		"--name", name, "--dns", "localhost,gateway", "--ip", "127.0.0.1"}, more...)
	code, out, message := runAs(t, "", args...)
	if code != 0 {
		t.Fatalf("%v: %s", args, message)
	}
	return out
}

func readAll(t *testing.T, dir string, names ...string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		contents[name] = string(content)
	}
	return contents
}

func leafOf(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	cert, err := parseCertificate([]byte(readAll(t, dir, "tls/tls.crt")["tls/tls.crt"]))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestIssuedCertificateServesItsNames(t *testing.T) {
	dir := t.TempDir()
	issueFor(t, dir, "gateway")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(readAll(t, dir, "tls/ca.crt")["tls/ca.crt"]))
	leaf := leafOf(t, dir)
	for _, name := range []string{"localhost", "gateway", "127.0.0.1"} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "elsewhere"}); err == nil {
		t.Error("serves a name it was not issued for")
	}
	if _, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls/tls.crt"), filepath.Join(dir, "tls/tls.key")); err != nil {
		t.Error(err)
	}
	for name, wanted := range map[string]os.FileMode{"ca/ca.key": 0o400, "tls/tls.key": 0o400, "tls/tls.crt": 0o444, "ca/ca.crt": 0o444} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != wanted {
			t.Errorf("%s: mode %v, error %v", name, info.Mode(), err)
		}
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life != 397*24*time.Hour {
		t.Errorf("lives %v", life)
	}
}

func TestIssueSaysNothingSecret(t *testing.T) {
	dir := t.TempDir()
	said := issueFor(t, dir, "gateway")
	for name, key := range readAll(t, dir, "ca/ca.key", "tls/tls.key") {
		for _, line := range strings.Split(strings.TrimSpace(key), "\n") {
			if !strings.HasPrefix(line, "-----") && strings.Contains(said, line) {
				t.Errorf("%s was printed", name)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", ".t26-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSecondRunChangesNothing(t *testing.T) {
	dir := t.TempDir()
	issueFor(t, dir, "gateway")
	all := []string{"ca/ca.crt", "ca/ca.key", "tls/tls.crt", "tls/tls.key", "tls/ca.crt"}
	before := readAll(t, dir, all...)
	// the same names in another order and case are the same names
	said := issueFor(t, dir, "gateway", "--dns", "Gateway,localhost")
	if !strings.Contains(said, `certificate "gateway": kept`) {
		t.Error(said)
	}
	for name, content := range readAll(t, dir, all...) {
		if content != before[name] {
			t.Errorf("%s changed", name)
		}
	}
}

func TestReissuesWhenAndOnlyWhenNeeded(t *testing.T) {
	cases := map[string]struct {
		flags   []string
		prepare func(dir string) error
	}{
		"the DNS names or addresses changed": {flags: []string{"--dns", "localhost"}},
		"the epoch changed":                  {flags: []string{"--serial-epoch", "1"}},
		"the name changed":                   {flags: []string{"--name", "other"}},
		"the usage changed":                  {flags: []string{"--client"}},
		"the lifetime changed":               {flags: []string{"--days", "90"}},
		"it expires soon":                    {flags: []string{"--renew-before", fmt.Sprintf("%dm", 397*24*60-1)}},
		"none yet":                           {prepare: func(dir string) error { return os.Remove(filepath.Join(dir, "tls/tls.crt")) }},
		"its key does not fit":               {prepare: func(dir string) error { return os.Remove(filepath.Join(dir, "tls/tls.key")) }},
		"it is damaged": {prepare: func(dir string) error {
			_ = os.Remove(filepath.Join(dir, "tls/tls.crt"))
			return os.WriteFile(filepath.Join(dir, "tls/tls.crt"), []byte("x"), 0o600)
		}},
		"the CA changed": {prepare: func(dir string) error {
			return os.RemoveAll(filepath.Join(dir, "ca"))
		}},
	}
	for reason, each := range cases {
		t.Run(reason, func(t *testing.T) {
			dir := t.TempDir()
			issueFor(t, dir, "gateway")
			before := leafOf(t, dir)
			if each.prepare != nil {
				if err := each.prepare(dir); err != nil {
					t.Fatal(err)
				}
			}
			if said := issueFor(t, dir, "gateway", each.flags...); !strings.Contains(said, "issued ("+reason+")") {
				t.Errorf("said %q", said)
			}
			if leafOf(t, dir).SerialNumber.Cmp(before.SerialNumber) == 0 {
				t.Error("the serial stayed")
			}
			if reason == "it expires soon" {
				return // by its nature it does so again
			}
			if said := issueFor(t, dir, "gateway", each.flags...); !strings.Contains(said, "kept, valid") || strings.Contains(said, "issued") {
				t.Errorf("the next run said %q", said)
			}
		})
	}
}

func TestTheAuthorityIsNeverSilentlyReplaced(t *testing.T) {
	dir := t.TempDir()
	issueFor(t, dir, "gateway")
	args := []string{"ca", "issue", "--ca-dir", filepath.Join(dir, "ca"), "--out", filepath.Join(dir, "tls"), "--name", "x", "--dns", "x"}
	key := filepath.Join(dir, "ca/ca.key")
	kept := readAll(t, dir, "ca/ca.key", "ca/ca.crt")

	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, []string{"ca.key is not", "restore the key from a backup"}, args...)

	issueFor(t, filepath.Join(dir, "second"), "gateway")
	foreign := readAll(t, dir, "second/ca/ca.key")["second/ca/ca.key"]
	writeFile(t, key, foreign)
	wantFailure(t, []string{"do not belong together"}, args...)

	// a lost certificate comes back with the same key, so what was issued stays valid for it
	_ = os.Remove(key)
	writeFile(t, key, kept["ca/ca.key"])
	_ = os.Remove(filepath.Join(dir, "ca/ca.crt"))
	issueFor(t, dir, "gateway", "--serial-epoch", "7")
	old, _ := parseCertificate([]byte(kept["ca/ca.crt"]))
	if err := leafOf(t, dir).CheckSignatureFrom(old); err != nil {
		t.Errorf("signed by another key: %v", err)
	}
}

func TestTimeIsWhatDecides(t *testing.T) {
	dir := t.TempDir()
	issueFor(t, dir, "gateway")
	quiet := env{strings.NewReader(""), io.Discard, io.Discard}
	ca, _, err := openAuthority(filepath.Join(dir, "ca"), "x", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	leaf := leafOf(t, dir)
	request := leafRequest{name: "gateway", dns: leaf.DNSNames, ips: leaf.IPAddresses, life: 397 * 24 * time.Hour, renewBefore: 30 * 24 * time.Hour}
	for wanted, moment := range map[string]time.Time{
		"":                leaf.NotAfter.Add(-31 * 24 * time.Hour),
		"it expires soon": leaf.NotAfter.Add(-29 * 24 * time.Hour),
		"it has expired":  leaf.NotAfter.Add(time.Hour),
	} {
		if got := compareLeaf(leaf, ca.cert, request, moment); got != wanted {
			t.Errorf("%v: %q, wanted %q", moment, got, wanted)
		}
	}
	// near its own end the CA issues no longer than it lives, and does not renew on every run
	late := ca.cert.NotAfter.Add(-24 * time.Hour)
	caDir, out := filepath.Join(dir, "ca"), filepath.Join(dir, "tls")
	if err := issue(caDir, out, "x", request, late, quiet); err != nil {
		t.Fatal(err)
	}
	if capped := leafOf(t, dir); !capped.NotAfter.Equal(ca.cert.NotAfter) || compareLeaf(capped, ca.cert, request, late) != "" {
		t.Errorf("ends %v, the CA %v", capped.NotAfter, ca.cert.NotAfter)
	}
	if err := issue(caDir, out, "x", request, ca.cert.NotAfter.Add(time.Hour), quiet); err == nil || !strings.Contains(err.Error(), "ended on") {
		t.Errorf("with an ended CA: %v", err)
	}
}

func TestSerialCarriesTheEpoch(t *testing.T) {
	for _, epoch := range []uint64{0, 1, 1<<31 - 1} {
		serial, err := newSerial(epoch)
		if err != nil || serialEpoch(serial) != epoch || serial.Sign() != 1 || len(serial.Bytes()) > 20 {
			t.Errorf("epoch %d: serial %v, error %v", epoch, serial, err)
		}
	}
}

func TestExport(t *testing.T) {
	dir := t.TempDir()
	wantFailure(t, []string{"no certificate authority yet"}, "ca", "export", "--ca-dir", dir)
	issueFor(t, dir, "gateway")
	code, out, _ := runAs(t, "", "ca", "export", "--ca-dir", filepath.Join(dir, "ca"))
	if code != 0 || out != readAll(t, dir, "ca/ca.crt")["ca/ca.crt"] || bytes.Contains([]byte(out), []byte("PRIVATE")) {
		t.Errorf("code %d, output %q", code, out)
	}
}

func TestIssueNamesEveryMistakeAtOnce(t *testing.T) {
	wantFailure(t, []string{"--ca-dir is missing", "--out is missing", "--name is missing", `--ip "1.2.3" is no address`, "--days must be"},
		"ca", "issue", "--ip", "1.2.3", "--days", "0")
	wantFailure(t, []string{"needs --dns or --ip"}, "ca", "issue", "--ca-dir", "a", "--out", "b", "--name", "c")
	wantFailure(t, []string{"--renew-before must be shorter"}, "ca", "issue", "--days", "10")
	wantFailure(t, []string{"--owner", "UID:GID"}, "ca", "issue", "--owner", "root")
}
