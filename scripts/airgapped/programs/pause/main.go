// What holds a pod's namespaces while its containers come and go, in place of Kubernetes' own pause, which is C.
//
// As the first process of a shared process namespace it also buries the orphans of the others.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		bury()
	}
}

// bury takes the exit codes of all children that have ended: signals that come at once are told as one.
func bury() {
	for {
		child, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if child <= 0 || err != nil && err != syscall.EINTR {
			return
		}
	}
}
