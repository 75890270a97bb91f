// The model server of scenarios that need pods: it predicts nothing, but tells who was asked.
//
// It speaks KServe's v1 and v2 protocols over HTTP. Every prediction's answer carries the runtime that started this
// server, the model's name, the arguments, and chosen environment variables, so that a scenario can prove which
// runtime it was that served. It is one static program, so that an image of it needs no other file.
//
//	model-server --runtime=NAME --model_name=NAME [--http_port=8080] [--host=] [--model_dir=/mnt/models]
//	model-server initialize SOURCE FOLDER [SOURCE FOLDER ...]
//
// The second form stands in for KServe's storage initializer: it fetches nothing, and notes in the folder what it was
// asked to fetch; the server tells that too. Arguments that are not known are ignored: a runtime may give any.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The time that open requests get after SIGTERM; a pod's end should not be waited for.
const farewell = 500 * time.Millisecond

// The name of the file in which "initialize" notes what it was asked to fetch.
const noteName = "kserve-conformance-source"

func main() {
	log.SetFlags(log.LUTC | log.Lmicroseconds)
	var err error
	if len(os.Args) > 1 && os.Args[1] == "initialize" {
		err = initialize(os.Args[2:])
	} else {
		err = serve(os.Args[1:])
	}
	if err != nil {
		log.Fatal(err)
	}
}

// initialize notes each SOURCE in its FOLDER: KServe calls its storage initializer with pairs of them.
func initialize(arguments []string) error {
	if len(arguments) < 2 || len(arguments)%2 != 0 {
		return errors.New("usage: model-server initialize SOURCE FOLDER [SOURCE FOLDER ...]")
	}
	for i := 0; i < len(arguments); i += 2 {
		source, folder := arguments[i], arguments[i+1]
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, noteName), []byte(source), 0o644); err != nil {
			return err
		}
		log.Printf("noted %s in %s", source, folder)
	}
	return nil
}

// serve answers until SIGTERM or SIGINT.
func serve(arguments []string) error {
	settings := read(arguments)
	// The signals are taken before the port is, or a container stopped at once would hang until it is killed: the first
	// process of a container ignores signals that it does not handle.
	ending, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", net.JoinHostPort(settings.host, settings.port))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler(settings),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	log.Printf("runtime %q serves model %q on %s", settings.Runtime, settings.ModelName, listener.Addr())

	select {
	case err := <-ended:
		return err
	case <-ending.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if server.Shutdown(patience) != nil {
		return server.Close()
	}
	return nil
}

// settings are what the server was started with; the fields with a name in JSON are what it tells.
type settings struct {
	Runtime     string            `json:"runtime"`
	ModelName   string            `json:"model_name"`
	Arguments   []string          `json:"args"`
	Environment map[string]string `json:"env"`
	// Source is what "initialize" noted; empty where it never ran.
	Source string `json:"source"`

	host, port string
}

// read takes the settings from arguments, and what they leave out from the environment.
func read(arguments []string) settings {
	told := settings{
		Runtime:     given(arguments, "runtime", os.Getenv("KSERVE_CONFORMANCE_RUNTIME")),
		ModelName:   given(arguments, "model_name", ""),
		Arguments:   append([]string{}, arguments...),
		Environment: map[string]string{},
		host:        given(arguments, "host", ""),
		port:        given(arguments, "http_port", "8080"),
	}
	// Only what was asked for is told: an environment can hold secrets.
	for _, name := range strings.Split(os.Getenv("KSERVE_CONFORMANCE_ENVIRONMENT"), ",") {
		name = strings.TrimSpace(name)
		if value, set := os.LookupEnv(name); set && name != "" {
			told.Environment[name] = value
		}
	}
	note, err := os.ReadFile(filepath.Join(given(arguments, "model_dir", "/mnt/models"), noteName))
	if err == nil {
		told.Source = string(note)
	} else if !errors.Is(err, os.ErrNotExist) {
		told.Source = fmt.Sprintf("(unreadable: %v)", err)
	}
	return told
}

// given is the last value of "--name=value" or "--name value", as Python's argparse takes it for KServe's servers.
func given(arguments []string, name, otherwise string) string {
	value := otherwise
	for i, argument := range arguments {
		if after, found := strings.CutPrefix(argument, "--"+name+"="); found {
			value = after
		} else if argument == "--"+name && i+1 < len(arguments) {
			value = arguments[i+1]
		}
	}
	return value
}
