package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

const (
	caCertFile = "ca.crt"
	caKeyFile  = "ca.key"
	caLife     = 3653 * 24 * time.Hour
	// backdate forgives clients whose clock is a little late.
	backdate = 5 * time.Minute
)

type authority struct {
	cert *x509.Certificate
	pem  []byte
	key  *ecdsa.PrivateKey
}

// openAuthority reads the CA, or makes it in an empty folder. The key is written first: a key without a
// certificate has signed nothing, or has lost only its certificate, and gets one; a certificate without its
// key cannot be mended, and is never silently replaced, because clients trust it.
func openAuthority(dir, name string, now time.Time) (ca authority, made bool, err error) {
	certPath, keyPath := filepath.Join(dir, caCertFile), filepath.Join(dir, caKeyFile)
	certPEM, certErr := os.ReadFile(certPath)
	keyPEM, keyErr := os.ReadFile(keyPath)
	for _, err := range []error{certErr, keyErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return authority{}, false, err
		}
	}
	switch {
	case certErr == nil && keyErr != nil:
		return authority{}, false, fmt.Errorf(
			"%s is there but its key %s is not: restore the key from a backup, or delete the certificate to begin a new CA, which every client must trust anew",
			certPath, caKeyFile)
	case certErr == nil:
		ca, err = loadAuthority(certPEM, keyPEM, certPath, now)
		return ca, false, err
	}
	var key *ecdsa.PrivateKey
	if keyErr == nil {
		if key, err = parseKey(keyPEM); err != nil {
			return authority{}, false, fmt.Errorf("%s: %w", keyPath, err)
		}
	} else if key, err = newKey(keyPath); err != nil {
		return authority{}, false, err
	}
	ca, err = certifySelf(key, name, now)
	if err != nil {
		return authority{}, false, err
	}
	return ca, true, writeAtomic(certPath, ca.pem, 0o444)
}

func loadAuthority(certPEM, keyPEM []byte, certPath string, now time.Time) (authority, error) {
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return authority{}, fmt.Errorf("%s: %w", certPath, err)
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return authority{}, fmt.Errorf("%s's key: %w", certPath, err)
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return authority{}, fmt.Errorf("%s and its key do not belong together: restore both from one backup", certPath)
	}
	if now.After(cert.NotAfter) {
		return authority{}, fmt.Errorf("%s ended on %s: delete it, and the next run makes a new one from the same key",
			certPath, day(cert.NotAfter))
	}
	return authority{cert, certPEM, key}, nil
}

func certifySelf(key *ecdsa.PrivateKey, name string, now time.Time) (authority, error) {
	serial, err := newSerial(0)
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Trade2026"}},
		NotBefore:             now.Add(-backdate).UTC().Truncate(time.Second),
		NotAfter:              now.Add(caLife).UTC().Truncate(time.Second),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return authority{}, err
	}
	return authority{cert, encodePEM("CERTIFICATE", der), key}, nil
}

// newKey makes a P-256 key and writes it for its owner's eyes alone.
func newKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writeAtomic(path, encodePEM("PRIVATE KEY", der), 0o400)
}

// newSerial is 96 random bits below the epoch, so that a certificate tells the epoch it was issued in.
func newSerial(epoch uint64) (*big.Int, error) {
	random, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 96))
	if err != nil {
		return nil, err
	}
	high := new(big.Int).Lsh(new(big.Int).SetUint64(epoch), 96)
	// never zero, also in epoch 0
	return high.Or(high, random.SetBit(random, 95, 1)), nil
}

func serialEpoch(serial *big.Int) uint64 {
	return new(big.Int).Rsh(serial, 96).Uint64()
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// parseCertificate reads the first certificate of a PEM file.
func parseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("holds no PEM certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("holds no PEM key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("is no PKCS#8 key")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("is no ECDSA key")
	}
	return key, nil
}
