package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// users may ask, by name, with the SHA-256 of their password: passwords are 238 random bits, so that is enough.
type users map[string][sha256.Size]byte

// readUsers reads `name:sha256` lines. Errors name the line, never what it holds.
func readUsers(path string) (users, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	known := users{}
	for number, line := range strings.Split(string(content), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, sum, _ := strings.Cut(line, ":")
		hash, err := hex.DecodeString(sum)
		if err != nil || name == "" || len(hash) != sha256.Size {
			return nil, fmt.Errorf("%s line %d is not `name:sha256`", path, number+1)
		}
		known[name] = [sha256.Size]byte(hash)
	}
	if len(known) == 0 {
		return nil, errors.New(path + " names no user")
	}
	return known, nil
}

// knows compares for an unknown name too, so that names cannot be told from the time it takes.
func (u users) knows(r *http.Request) bool {
	name, password, given := r.BasicAuth()
	wanted, known := u[name]
	sum := sha256.Sum256([]byte(password))
	same := subtle.ConstantTimeCompare(sum[:], wanted[:]) == 1
	return given && known && same
}
