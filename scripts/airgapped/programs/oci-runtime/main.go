// The OCI runtime that Docker is given where this machine lacks CAP_SYS_RESOURCE: it takes from a container's
// specification what only that capability could grant, and then becomes runc.
//
// A privileged container asks for every capability that exists, for resource limits and for an OOM score of its
// choice. Without CAP_SYS_RESOURCE the kernel refuses three of these wishes, and runc would end with the refusal.
// What is left of a container is what its machine can give.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const missing = "CAP_SYS_RESOURCE"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oci-runtime:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if err := soften(arguments); err != nil {
		return err
	}
	runc, err := exec.LookPath("runc")
	if err != nil {
		return err
	}
	return syscall.Exec(runc, append([]string{runc}, arguments...), os.Environ())
}

// soften rewrites the specification that a command of runc is about to read; other commands read none.
func soften(arguments []string) error {
	command, options := split(arguments)
	switch command {
	case "create", "run", "restore":
		bundle, found := option(options, "bundle", "b")
		if !found {
			bundle = "." // runc's own default.
		}
		return rewrite(filepath.Join(bundle, "config.json"), func(whole object) error {
			process, found := whole["process"].(object)
			if !found {
				return nil
			}
			return limit(process)
		})
	case "exec":
		// Without a file the process is written out on the command line, where "-p" may be a word of its own, and it
		// inherits the container's limits.
		file, found := option(options, "process", "p")
		if _, err := os.Stat(file); !found || err != nil {
			return nil
		}
		return rewrite(file, limit)
	}
	return nil
}

// split finds runc's command, before which its general options stand, and what follows it.
func split(arguments []string) (string, []string) {
	for i := 0; i < len(arguments); i++ {
		word := arguments[i]
		if !strings.HasPrefix(word, "-") {
			return word, arguments[i+1:]
		}
		switch strings.TrimLeft(word, "-") {
		case "root", "log", "log-format", "criu", "rootless":
			i++ // Their values are no commands.
		}
	}
	return "", nil
}

// option finds "--long value", "--long=value" and their short forms, as runc takes them.
func option(arguments []string, long, short string) (string, bool) {
	for i, word := range arguments {
		name, value, joined := strings.Cut(word, "=")
		if name != "--"+long && name != "-"+long && name != "-"+short {
			continue
		}
		if joined {
			return value, true
		}
		if i+1 < len(arguments) {
			return arguments[i+1], true
		}
	}
	return "", false
}

type object = map[string]any

// rewrite changes a JSON file; numbers stay the texts that they are, since a limit may not fit into a float.
func rewrite(path string, change func(object) error) error {
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole := object{}
	decoder := json.NewDecoder(bytes.NewReader(before))
	decoder.UseNumber()
	if err := decoder.Decode(&whole); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := change(whole); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	after, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	return os.WriteFile(path, after, 0o600)
}

// limit takes from a process what this machine cannot give it.
func limit(process object) error {
	if sets, found := process["capabilities"].(object); found {
		for name, set := range sets {
			sets[name] = without(set, missing)
		}
	}
	if limits, found := process["rlimits"].([]any); found {
		for _, one := range limits {
			if err := lower(one.(object)); err != nil {
				return err
			}
		}
	}
	return raise(process)
}

func without(set any, name string) []any {
	left := []any{}
	names, _ := set.([]any)
	for _, one := range names {
		if one != name {
			left = append(left, one)
		}
	}
	return left
}

// Numbers of Linux' resource limits, by the names that a specification gives them.
var resources = map[string]int{
	"RLIMIT_CPU": 0, "RLIMIT_FSIZE": 1, "RLIMIT_DATA": 2, "RLIMIT_STACK": 3, "RLIMIT_CORE": 4, "RLIMIT_RSS": 5,
	"RLIMIT_NPROC": 6, "RLIMIT_NOFILE": 7, "RLIMIT_MEMLOCK": 8, "RLIMIT_AS": 9, "RLIMIT_LOCKS": 10,
	"RLIMIT_SIGPENDING": 11, "RLIMIT_MSGQUEUE": 12, "RLIMIT_NICE": 13, "RLIMIT_RTPRIO": 14, "RLIMIT_RTTIME": 15,
}

// lower brings one limit down to our own hard limit, above which nobody without the capability can go.
func lower(wished object) error {
	name, _ := wished["type"].(string)
	number, known := resources[name]
	if !known {
		return fmt.Errorf("unknown resource limit %q", name)
	}
	var ours syscall.Rlimit
	if err := syscall.Getrlimit(number, &ours); err != nil {
		return err
	}
	for _, kind := range []string{"soft", "hard"} {
		text, _ := wished[kind].(json.Number)
		// What does not parse is larger than any number: "unlimited" is written as the largest of 64 bits.
		if value, err := strconv.ParseUint(text.String(), 10, 64); err != nil || value > ours.Max {
			wished[kind] = ours.Max
		}
	}
	return nil
}

// raise brings the OOM score up to our own, below which nobody without the capability can go.
func raise(process object) error {
	wished, found := process["oomScoreAdj"].(json.Number)
	if !found {
		return nil
	}
	text, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return err
	}
	ours, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return err
	}
	value, err := wished.Int64()
	if err != nil {
		return errors.New("oomScoreAdj is no number")
	}
	process["oomScoreAdj"] = max(value, ours)
	return nil
}
