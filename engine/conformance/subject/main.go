// The program inside every container of the conformance table: one static binary, no shell, no libc,
// so that its image is built from nothing and needs no registry.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const usage = "usage: subject sleep | drain <ms> | exit <code> [line] | health ok|fail"

func main() {
	if len(os.Args) < 2 {
		fail(usage)
	}
	switch args := os.Args[2:]; os.Args[1] {
	case "sleep":
		untilTerminated(0)
	case "drain": // takes its time to end, as a database does: shows whether it was given that time
		untilTerminated(time.Duration(number(args, 0)) * time.Millisecond)
	case "exit":
		if len(args) > 1 {
			fmt.Println(args[1])
		}
		os.Exit(number(args, 0))
	case "health":
		if len(args) > 0 && args[0] == "ok" {
			return
		}
		fail("unhealthy")
	default:
		fail(usage)
	}
}

func untilTerminated(work time.Duration) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	<-terminated
	time.Sleep(work)
}

func number(args []string, at int) int {
	if at >= len(args) {
		fail(usage)
	}
	value, err := strconv.Atoi(args[at])
	if err != nil {
		fail(err.Error())
	}
	return value
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
