// t26 is the platform's toolbox: one static binary that containers without a shell
// use as probe, and that one-shot jobs use for volumes and certificates.
// It exits 0 or 1, as Docker's health checks want, and prints one line that says what it saw.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// env is what a subcommand may touch of the outside, so that tests can stand in for it.
type env struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

type command struct {
	usage string
	about string
	run   func(args []string, e env) error
}

func commands() map[string]command {
	return map[string]command{
		"probe":        {"probe http URL | tcp HOST:PORT | exec -- CMD", "is a service well? (health checks)", runProbe},
		"install":      {"install DIR", "copy this binary to DIR/t26", runInstall},
		"own":          {"own UID:GID PATH...", "give volumes their owner", runOwn},
		"ca":           {"ca issue | ca export", "the private CA and its certificates", runCA},
		"reach":        {"reach [LINE...]", "what can be reached from here, as JSON", runReach},
		"follow":       {"follow --from DIR --to DIR [--once FILE] -- PROGRAM ...", "run a program over files that it sees only whole", runFollow},
		"listen":       {"listen", "which TCP sockets listen here, as JSON", runListen},
		"engine-proxy": {"engine-proxy --stack PREFIX --users FILE", "a read-only window on the engine, for one stack", runEngineProxy},
	}
}

// order fixes the order of the help text.
var order = []string{"probe", "install", "own", "ca", "reach", "listen", "follow", "engine-proxy"}

func main() {
	os.Exit(dispatch(os.Args[1:], env{os.Stdin, os.Stdout, os.Stderr}))
}

func dispatch(args []string, e env) int {
	known := commands()
	if len(args) == 0 {
		printHelp(e.err, known)
		return 1
	}
	if args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		printHelp(e.out, known)
		return 0
	}
	chosen, ok := known[args[0]]
	if !ok {
		fmt.Fprintf(e.err, "t26: unknown command %q\n", args[0])
		printHelp(e.err, known)
		return 1
	}
	err := chosen.run(args[1:], e)
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ended) && ended.ExitCode() > 0:
		return ended.ExitCode()
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(e.out, "usage: t26 %s\n", chosen.usage)
		return 0
	default:
		fmt.Fprintf(e.err, "t26 %s: %v\n", args[0], err)
		return 1
	}
}

func printHelp(w io.Writer, known map[string]command) {
	fmt.Fprintln(w, "usage: t26 COMMAND ...")
	for _, name := range order {
		fmt.Fprintf(w, "  %-40s %s\n", known[name].usage, known[name].about)
	}
}
