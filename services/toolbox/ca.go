package main

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// leafRequest is everything `ca issue` was asked for.
type leafRequest struct {
	name        string
	dns         []string
	ips         []net.IP
	life        time.Duration
	renewBefore time.Duration
	epoch       uint64
	client      bool
	owner       string
}

func runCA(args []string, e env) error {
	if len(args) == 0 {
		return errors.New("what? `ca issue` or `ca export`")
	}
	switch args[0] {
	case "issue":
		return runIssue(args[1:], e)
	case "export":
		return runExport(args[1:], e)
	default:
		return fmt.Errorf("unknown act %q; there are: issue, export", args[0])
	}
}

func runExport(args []string, e env) error {
	flags := newFlags("ca export")
	caDir := flags.String("ca-dir", "", "")
	if err := noPositional(parseMixed(flags, args)); err != nil {
		return err
	}
	if *caDir == "" {
		return errors.New("--ca-dir is missing")
	}
	pem, err := os.ReadFile(filepath.Join(*caDir, caCertFile))
	if err != nil {
		return fmt.Errorf("no certificate authority yet: %w", err)
	}
	if _, err := parseCertificate(pem); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(*caDir, caCertFile), err)
	}
	_, err = e.out.Write(pem)
	return err
}

func runIssue(args []string, e env) error {
	flags := newFlags("ca issue")
	caDir := flags.String("ca-dir", "", "")
	out := flags.String("out", "", "")
	caName := flags.String("ca-name", "Trade2026 private CA", "")
	name := flags.String("name", "", "")
	dns := flags.String("dns", "", "")
	ips := flags.String("ip", "", "")
	lifeDays := flags.Uint("days", 397, "")
	renewBefore := days(30 * 24 * time.Hour)
	flags.Var(&renewBefore, "renew-before", "")
	epoch := flags.Uint("serial-epoch", 0, "")
	client := flags.Bool("client", false, "")
	owner := flags.String("owner", "", "")
	if err := noPositional(parseMixed(flags, args)); err != nil {
		return err
	}
	request := leafRequest{
		name:        *name,
		dns:         splitList(strings.ToLower(*dns)),
		life:        time.Duration(*lifeDays) * 24 * time.Hour,
		renewBefore: time.Duration(renewBefore),
		epoch:       uint64(*epoch),
		client:      *client,
		owner:       *owner,
	}
	slices.Sort(request.dns)
	request.dns = slices.Compact(request.dns)
	addresses, badIPs := parseIPs(*ips)
	request.ips = addresses
	if err := checkIssue(*caDir, *out, request, badIPs); err != nil {
		return err
	}
	return issue(*caDir, *out, *caName, request, time.Now(), e)
}

// checkIssue names every mistake at once.
func checkIssue(caDir, out string, request leafRequest, badIPs []string) error {
	var wrong []string
	if caDir == "" {
		wrong = append(wrong, "--ca-dir is missing")
	}
	if out == "" {
		wrong = append(wrong, "--out is missing")
	}
	if request.name == "" {
		wrong = append(wrong, "--name is missing")
	}
	for _, ip := range badIPs {
		wrong = append(wrong, fmt.Sprintf("--ip %q is no address", ip))
	}
	if !request.client && len(request.dns)+len(request.ips)+len(badIPs) == 0 {
		wrong = append(wrong, "a server certificate needs --dns or --ip")
	}
	if request.life <= 0 || request.life > caLife {
		wrong = append(wrong, fmt.Sprintf("--days must be between 1 and %d", int(caLife.Hours()/24)))
	} else if request.renewBefore >= request.life {
		wrong = append(wrong, "--renew-before must be shorter than --days, or every run renews")
	}
	if request.epoch > 1<<31-1 {
		wrong = append(wrong, "--serial-epoch must be below 2147483648")
	}
	if request.owner != "" {
		if _, _, err := parseOwner(request.owner); err != nil {
			wrong = append(wrong, "--owner "+err.Error())
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func noPositional(rest []string, err error) error {
	if err == nil && len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	return err
}

func parseIPs(text string) (addresses []net.IP, bad []string) {
	for _, part := range splitList(text) {
		if ip := net.ParseIP(part); ip != nil {
			addresses = append(addresses, ip)
		} else {
			bad = append(bad, part)
		}
	}
	slices.SortFunc(addresses, func(a, b net.IP) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(addresses, net.IP.Equal), bad
}

// issue brings both folders to the wanted state and says what it did. One run at a time per CA.
func issue(caDir, out, caName string, request leafRequest, now time.Time, e env) error {
	release, err := lockDir(caDir)
	if err != nil {
		return err
	}
	defer release()
	authority, made, err := openAuthority(caDir, caName, now)
	if err != nil {
		return err
	}
	if made {
		fmt.Fprintf(e.out, "certificate authority: made, valid until %s\n", day(authority.cert.NotAfter))
	} else {
		fmt.Fprintf(e.out, "certificate authority: kept, valid until %s\n", day(authority.cert.NotAfter))
	}
	current, reason, err := inspectLeaf(out, authority, request, now)
	if err != nil {
		return err
	}
	if reason == "" {
		fmt.Fprintf(e.out, "certificate %q: kept, valid until %s\n", request.name, day(current.NotAfter))
		return writeOwner(out, request.owner)
	}
	issued, err := authority.sign(out, request, now)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "certificate %q: issued (%s), serial %s, valid until %s\n",
		request.name, reason, shortSerial(issued.SerialNumber), day(issued.NotAfter))
	return writeOwner(out, request.owner)
}

// lockDir holds an advisory lock on the folder itself: nothing to clean up after a crash.
func lockDir(dir string) (release func(), err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
		_ = folder.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { _ = folder.Close() }, nil
}

// writeOwner hands the issued files to the one that serves with them.
func writeOwner(out, owner string) error {
	if owner == "" {
		return nil
	}
	uid, gid, err := parseOwner(owner)
	if err != nil {
		return err
	}
	for _, name := range []string{leafCertFile, leafKeyFile, caCertFile} {
		if err := os.Chown(filepath.Join(out, name), uid, gid); err != nil {
			return err
		}
	}
	return nil
}

func day(moment time.Time) string { return moment.UTC().Format(time.DateOnly) }

func shortSerial(serial *big.Int) string {
	text := serial.Text(16)
	return text[:min(len(text), 12)] + "…"
}
