// The first process of the container target: it starts, forwards, reaps and ends the programs of a control plane.
//
// It does what it is told by lines of JSON on its standard input, and decides nothing itself:
//
//	{"write": {"path": "/run/token", "text": "…"}}                  a file that only its owner can read
//	{"run": {"name": "etcd", "argv": ["/etcd"], "env": ["A=b"]}}    "vital": true ends everything when it ends
//	{"stop": "manager", "patience_ms": 5000}                        SIGTERM, then SIGKILL
//	{"echo": "7", "of": "manager"}                                  answered once all that it wrote so far is told
//	{"stay": true}                                                  the end of the input does not end everything
//
// What programs write goes to standard output, each line after the program's name and "| ". Lines of "init" are JSON:
// {"started": …}, {"ended": …}, {"echoed": …}, {"refused": …}.
//
// Credentials come by the input too: neither an environment nor a command line shows them, and they are written where
// nothing survives the container. The input is held open by the harness for as long as it lives. Its end is the
// harness's end, however that came about, and then everything here ends as well.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Lines of ours in a program's own pipe: they stand behind all that it wrote before, and no log begins so.
const (
	echoMark = "\x00echo "
	endMark  = "\x00end "
)

// As much as a pipe may hold for an ordinary user: a long line is then written at once, and nothing gets into it.
const pipeSize = 1 << 20

// The number of fcntl's F_SETPIPE_SZ, which package syscall does not name.
const setPipeSize = 1031

type order struct {
	Write    *file    `json:"write"`
	Run      *command `json:"run"`
	Stop     string   `json:"stop"`
	Patience int      `json:"patience_ms"`
	Echo     string   `json:"echo"`
	Of       string   `json:"of"`
	Stay     bool     `json:"stay"`
}

type file struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

type command struct {
	Name  string   `json:"name"`
	Argv  []string `json:"argv"`
	Env   []string `json:"env"`
	Vital bool     `json:"vital"`
}

// A program that was started: its pipe stays open on our side, so that marks can be put into it.
type program struct {
	command
	pid   int
	pipe  *os.File
	ended bool
	told  chan struct{} // Closed once everything that it wrote has been told.
}

type supervisor struct {
	output   sync.Mutex
	state    sync.Mutex
	programs map[string]*program
}

func main() {
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	ending := make(chan os.Signal, 1)
	signal.Notify(ending, syscall.SIGTERM, syscall.SIGINT)

	s := &supervisor{programs: map[string]*program{}}
	over := make(chan struct{})
	go func() {
		if !s.obey(bufio.NewReader(os.Stdin)) {
			close(over)
		}
	}()
	for {
		select {
		case <-children:
			if s.reap() {
				s.endAll()
				os.Exit(1)
			}
		case <-ending:
			s.endAll()
			return
		case <-over:
			s.endAll()
			return
		}
	}
}

// obey follows the input to its end. Is everything to go on all the same?
func (s *supervisor) obey(input *bufio.Reader) bool {
	stays := false
	for {
		line, err := input.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var told order
			if failed := json.Unmarshal(line, &told); failed != nil {
				// The line may hold a credential, so it is not repeated.
				s.say(map[string]any{"refused": "a line that is no order", "because": "it is no JSON of an order"})
			} else {
				stays = stays || told.Stay
				s.follow(told)
			}
		}
		if err != nil {
			return stays
		}
	}
}

func (s *supervisor) follow(told order) {
	switch {
	case told.Write != nil:
		if err := write(*told.Write); err != nil {
			s.say(map[string]any{"refused": "write " + told.Write.Path, "because": err.Error()})
		}
	case told.Run != nil:
		if pid, err := s.run(*told.Run); err != nil {
			s.say(map[string]any{"refused": told.Run.Name, "because": err.Error()})
		} else {
			s.say(map[string]any{"started": told.Run.Name, "pid": pid})
		}
	case told.Stop != "":
		s.stop(told.Stop, time.Duration(told.Patience)*time.Millisecond)
	case told.Echo != "":
		s.echo(told.Echo, told.Of)
	}
}

func write(told file) error {
	if err := os.MkdirAll(filepath.Dir(told.Path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(told.Path, []byte(told.Text), 0o600)
}

func (s *supervisor) run(told command) (int, error) {
	if len(told.Argv) == 0 || told.Name == "" {
		return 0, errors.New("it has no name or no words")
	}
	s.state.Lock()
	defer s.state.Unlock()
	if before := s.programs[told.Name]; before != nil && !before.ended {
		return 0, errors.New("it runs already")
	}
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer nothing.Close()
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return 0, err
	}
	// A smaller pipe does as well, nearly always: so a refusal is none of our business.
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, uintptr(ends[1]), setPipeSize, pipeSize)
	reading, writing := os.NewFile(uintptr(ends[0]), told.Name), os.NewFile(uintptr(ends[1]), told.Name)
	// Not os.StartProcess: that waits for its children itself, and the first process of a container waits for any.
	pid, err := syscall.ForkExec(told.Argv[0], told.Argv, &syscall.ProcAttr{
		Env:   told.Env,
		Files: []uintptr{nothing.Fd(), writing.Fd(), writing.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		reading.Close()
		writing.Close()
		return 0, err
	}
	started := &program{command: told, pid: pid, pipe: writing, told: make(chan struct{})}
	s.programs[told.Name] = started
	go s.forward(started, reading)
	return pid, nil
}

// forward tells everything that a program writes until its end has been told.
func (s *supervisor) forward(from *program, reading *os.File) {
	defer close(from.told)
	defer reading.Close()
	lines := bufio.NewReaderSize(reading, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		text := bytes.TrimSuffix(line, []byte("\n"))
		switch {
		case bytes.HasPrefix(text, []byte(echoMark)):
			s.say(map[string]any{"echoed": string(text[len(echoMark):])})
		case bytes.HasPrefix(text, []byte(endMark)):
			var how map[string]any
			if json.Unmarshal(text[len(endMark):], &how) == nil {
				s.say(how)
			}
			return
		case len(line) > 0:
			s.tell(from.Name, text)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.say(map[string]any{"refused": "reading of " + from.Name, "because": err.Error()})
			}
			return
		}
	}
}

// reap waits for every child that has ended. Was one of them vital?
func (s *supervisor) reap() bool {
	s.state.Lock()
	defer s.state.Unlock()
	vital := false
	for {
		var how syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &how, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return vital
		}
		for _, one := range s.programs {
			if one.pid != pid || one.ended {
				continue
			}
			one.ended = true
			vital = vital || one.Vital
			end := map[string]any{"ended": one.Name, "code": how.ExitStatus()}
			if how.Signaled() {
				end["code"] = -int(how.Signal())
			}
			// What it left running would hold its pipe for ever.
			_ = syscall.Kill(-pid, syscall.SIGKILL)
			text, _ := json.Marshal(end)
			fmt.Fprintf(one.pipe, "%s%s\n", endMark, text)
			one.pipe.Close()
		}
	}
}

func (s *supervisor) stop(name string, patience time.Duration) {
	s.state.Lock()
	defer s.state.Unlock()
	running := s.programs[name]
	if running == nil || running.ended {
		return
	}
	if patience > 0 {
		_ = syscall.Kill(running.pid, syscall.SIGTERM)
	}
	go func() {
		time.Sleep(patience)
		s.state.Lock()
		defer s.state.Unlock()
		if !running.ended {
			_ = syscall.Kill(-running.pid, syscall.SIGKILL)
		}
	}()
}

func (s *supervisor) echo(id, of string) {
	s.state.Lock()
	running := s.programs[of]
	if running != nil && !running.ended {
		fmt.Fprintf(running.pipe, "%s%s\n", echoMark, id)
		s.state.Unlock()
		return
	}
	s.state.Unlock()
	go func() {
		if running != nil {
			<-running.told
		}
		s.say(map[string]any{"echoed": id})
	}()
}

// endAll ends what still runs, and waits a moment until the ends have been told.
func (s *supervisor) endAll() {
	s.state.Lock()
	all := make([]*program, 0, len(s.programs))
	for _, one := range s.programs {
		all = append(all, one)
		if !one.ended {
			_ = syscall.Kill(-one.pid, syscall.SIGKILL)
		}
	}
	s.state.Unlock()
	deadline := time.Now().Add(time.Second)
	for _, one := range all {
		for waiting := true; waiting && time.Now().Before(deadline); {
			s.reap()
			select {
			case <-one.told:
				waiting = false
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

func (s *supervisor) say(what map[string]any) {
	text, _ := json.Marshal(what)
	s.tell("init", text)
}

func (s *supervisor) tell(name string, text []byte) {
	s.output.Lock()
	defer s.output.Unlock()
	line := make([]byte, 0, len(name)+len(text)+3)
	line = append(append(append(line, name...), "| "...), text...)
	_, _ = os.Stdout.Write(append(line, '\n'))
}
