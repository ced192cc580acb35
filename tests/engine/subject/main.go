// The one program in the test image: a server, its probe, and a job.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const sick = "/data/sick"

func main() {
	switch os.Args[1] {
	case "serve":
		if os.Args[2] == "sick" {
			os.WriteFile(sick, nil, 0o600)
		} else {
			os.Remove(sick)
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
	case "probe":
		if _, err := os.Stat(sick); err == nil {
			os.Exit(1)
		}
	case "say":
		fmt.Println(os.Args[2])
	}
}
