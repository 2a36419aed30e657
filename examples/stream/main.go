// Command stream serves reservoirs that learn while they run, over HTTP. A model is an echo state
// network whose readout learns by recursive least squares; many stand side by side, and each line
// that is sent to one moves it by one step.
//
//	go run ./examples/stream -dir /tmp/models
//
//	curl -X PUT localhost:8088/models/sine -d '{"in":1,"out":1,"neurons":200}'
//	printf '{"x":[0.0],"y":[0.1]}\n{"x":[0.1],"y":[0.2]}\n' | curl --data-binary @- localhost:8088/models/sine/learn
//	printf '{"x":[0.2]}\n' | curl --data-binary @- localhost:8088/models/sine/predict
//	curl -X POST localhost:8088/models/sine/snapshot
//	curl -X POST localhost:8088/models/sine/rollback -d '{"snapshot":3}'
//	curl localhost:8088/models/sine
//	curl localhost:8088/stats
//	curl -X DELETE localhost:8088/models/sine
//
// Each line is answered by a line: {"n":0,"y":[0]}, the number of the update and what the model
// said, before it learned the target if there was one. Lines may be sent one at a time over one
// request, each after the answer to the last; lines that arrive together are made durable together.
//
// An answer is sent when the update is in the model's journal on disk. A server that is killed and
// started again has every update that was answered, bit for bit on the same processor; of those that
// were not answered it may have some. The field "next" of GET /models/NAME says how many there are, and
// ?at=17 has a request refused (409) unless its first line would be number 17, so that a client
// can send again what was not answered, and nothing twice.
//
// Refusals are {"error":"...","status":N}, with that status, or as a line of their own if answers were
// sent already: 400 what came makes no sense, 404 no such model or snapshot, 409 there is one already
// or another number is next, 413 a line or a body is too long, 422 the numbers of the model overflow,
// 503 too many requests or a disk that failed, 507 no room for another model.
//
// Memory and disk are bounded, whatever clients do: by models, the bytes that they take, requests,
// connections, the length of lines and requests, and the time that a request waits for a line to come
// or an answer to be taken; a journal is replaced by a checkpoint after so many updates or bytes, or
// when it has made more snapshots than are kept. The flags say how much of each.
//
// There are no passwords: it listens on this machine alone, unless -public says otherwise, and answers
// no pages of other origins. It ends on an interrupt, after the requests that run.
//
//	go run ./examples/stream -load 20s
//
// serves models of its own on a free port, in a folder that it deletes, sends them lines for so long,
// and prints how long the answers took.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// config are the flags.
type config struct {
	addr, dir string
	public    bool
	limits    limits
	load      loadConfig
}

// limits bound what clients can ask for.
type limits struct {
	models    int   // at once
	memory    int64 // bytes of all models, by Settings.bytes
	neurons   int   // of one
	channels  int   // inputs, and outputs, of one
	snapshots int   // of one; the oldest goes
	body      int64 // bytes of a request
	line      int   // bytes of a line
	batch     int   // lines that become durable together
	requests  int   // at once
	conns     int   // at once, of which most wait
	compact   uint64
	journal   int64         // bytes of a model's journal
	idle      time.Duration // that a request may wait for its next line

	disk func(journal) journal // what tests put between a model and its journal; nil
}

func defaults() limits {
	return limits{models: 64, memory: 1 << 30, neurons: 2000, channels: 1024, snapshots: 4, body: 64 << 20,
		line: 64 << 10, batch: 256, requests: 128, conns: 1024, compact: 10000, journal: 64 << 20, idle: time.Minute}
}

// flags returns what the flags of f will be.
func flags(f *flag.FlagSet) *config {
	c := &config{limits: defaults()}
	l := &c.limits
	f.StringVar(&c.addr, "addr", "localhost:8088", "address to listen on")
	f.BoolVar(&c.public, "public", false, "allow an address that other machines reach")
	f.StringVar(&c.dir, "dir", "models", "folder of the models")
	f.IntVar(&l.models, "models", l.models, "models at once")
	f.Int64Var(&l.memory, "memory", l.memory, "bytes of all models")
	f.IntVar(&l.neurons, "neurons", l.neurons, "neurons of a model")
	f.Int64Var(&l.body, "body", l.body, "bytes of a request")
	f.IntVar(&l.line, "line", l.line, "bytes of a line")
	f.IntVar(&l.requests, "requests", l.requests, "requests at once")
	f.IntVar(&l.conns, "connections", l.conns, "connections at once")
	f.Uint64Var(&l.compact, "compact", l.compact, "updates after which the journal is replaced by a checkpoint")
	f.Int64Var(&l.journal, "journal", l.journal, "bytes after which it is replaced, too")
	f.DurationVar(&c.load.duration, "load", 0, "test a server of its own for so long, at most 10m, and end")
	f.IntVar(&c.load.models, "load-models", 4, "models of the load test")
	f.IntVar(&c.load.neurons, "load-neurons", 200, "neurons of each")
	f.IntVar(&c.load.clients, "load-clients", 8, "clients of the load test")
	f.IntVar(&c.load.lines, "load-lines", 1, "lines that a client sends at once")
	return c
}

func main() {
	c := flags(flag.CommandLine)
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "stream: %q is no flag; there are no other arguments, -help lists the flags\n", flag.Arg(0))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *c, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

// run serves, or tests, until ctx is done.
func run(ctx context.Context, c config, log io.Writer) error {
	if c.load.duration > 0 {
		return load(ctx, c, log)
	}
	return serve(ctx, c, func(addr string) { fmt.Fprintf(log, "listening on http://%s\n", addr) })
}
