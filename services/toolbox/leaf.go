package main

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	leafCertFile = "tls.crt"
	leafKeyFile  = "tls.key"
)

// inspectLeaf returns the certificate that is there and, unless it can stay, the reason for a new one.
// What is there but may not be read is an error: issuing anew on every run would hide it.
func inspectLeaf(out string, ca authority, request leafRequest, now time.Time) (*x509.Certificate, string, error) {
	files := map[string][]byte{}
	for _, name := range []string{leafCertFile, leafKeyFile, caCertFile} {
		content, err := os.ReadFile(filepath.Join(out, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, "", err
		}
		files[name] = content
	}
	if files[leafCertFile] == nil {
		return nil, "none yet", nil
	}
	cert, err := parseCertificate(files[leafCertFile])
	if err != nil {
		return nil, "it is damaged", nil
	}
	key, err := parseKey(files[leafKeyFile])
	if err != nil || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, "its key does not fit", nil
	}
	if !bytes.Equal(files[caCertFile], ca.pem) || cert.CheckSignatureFrom(ca.cert) != nil {
		return nil, "the CA changed", nil
	}
	return cert, compareLeaf(cert, ca.cert, request, now), nil
}

// compareLeaf is the pure part: what about this certificate is not as wanted? Empty when all is.
func compareLeaf(cert, ca *x509.Certificate, request leafRequest, now time.Time) string {
	switch {
	case serialEpoch(cert.SerialNumber) != request.epoch:
		return "the epoch changed"
	case cert.Subject.CommonName != request.name:
		return "the name changed"
	case !slices.Equal(sorted(cert.DNSNames), sorted(request.dns)) || !slices.Equal(texts(cert.IPAddresses), texts(request.ips)):
		return "the DNS names or addresses changed"
	case !slices.Equal(cert.ExtKeyUsage, usages(request.client)):
		return "the usage changed"
	case now.After(cert.NotAfter):
		return "it has expired"
	case !cert.NotAfter.Equal(leafEnd(cert.NotBefore, request.life, ca)):
		return "the lifetime changed"
	// one that ends with its CA cannot be bettered by renewing it
	case cert.NotAfter.Sub(now) < request.renewBefore && cert.NotAfter.Before(ca.NotAfter):
		return "it expires soon"
	default:
		return ""
	}
}

// leafEnd is when a certificate ends: after its life, and never after its CA.
func leafEnd(notBefore time.Time, life time.Duration, ca *x509.Certificate) time.Time {
	end := notBefore.Add(life)
	if end.After(ca.NotAfter) {
		return ca.NotAfter
	}
	return end
}

// sign makes a fresh key and certificate. The key is written first: should the run end between the two,
// the next one sees that they do not fit and issues again.
func (ca authority) sign(out string, request leafRequest, now time.Time) (*x509.Certificate, error) {
	serial, err := newSerial(request.epoch)
	if err != nil {
		return nil, err
	}
	begin := now.Add(-backdate).UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: request.name, Organization: []string{"Trade2026"}},
		DNSNames:              request.dns,
		IPAddresses:           request.ips,
		NotBefore:             begin,
		NotAfter:              leafEnd(begin, request.life, ca.cert),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           usages(request.client),
		BasicConstraintsValid: true,
	}
	key, err := newKey(filepath.Join(out, leafKeyFile))
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, &key.PublicKey, ca.key)
	if err != nil {
		return nil, err
	}
	if err := writeAtomic(filepath.Join(out, caCertFile), ca.pem, 0o444); err != nil {
		return nil, err
	}
	chain := append(encodePEM("CERTIFICATE", der), ca.pem...)
	if err := writeAtomic(filepath.Join(out, leafCertFile), chain, 0o444); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// usages: a certificate is a server's or a client's, never both.
func usages(client bool) []x509.ExtKeyUsage {
	if client {
		return []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

func sorted(names []string) []string {
	return slices.Sorted(slices.Values(names))
}

func texts(addresses []net.IP) []string {
	var all []string
	for _, ip := range addresses {
		all = append(all, ip.String())
	}
	return sorted(all)
}
