package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	serveArg    = "serve-for-kill-test"
	killCompact = 37
)

// child starts a process of its own that serves dir.
func child(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], serveArg, dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // of a test that failed
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return cmd, strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// slowDisk is a disk that takes its time: whoever answers before it has done is found out by a kill.
type slowDisk struct{ journal }

func (s slowDisk) Append(records ...[]byte) error {
	time.Sleep(5 * time.Millisecond)
	return s.journal.Append(records...)
}

// pusher sends updates to a model, some at a time, until the server is gone.
type pusher struct {
	name  string
	sent  []update
	acked int // the first so many were answered
}

// push sends the next updates of the kinds that updates gives.
func (p *pusher) push(client *http.Client, url string, most int) error {
	all := updates(p.acked + most)[p.acked:]
	us := all[:1]
	for len(us) < len(all) && all[len(us)].Op == us[0].Op {
		us = all[:len(us)+1]
	}
	p.sent = append(p.sent[:p.acked], us...)
	var body []byte
	for _, u := range us {
		op := u.Op
		u.Op = ""
		line, err := json.Marshal(u)
		if err != nil {
			return err
		}
		if op != "snapshot" {
			body = append(append(body, line...), '\n')
		}
	}
	at := fmt.Sprintf("%s/models/%s/%s?at=%d", url, p.name, us[0].Op, p.acked)
	if _, err := send(context.Background(), client, http.MethodPost, at, body); err != nil {
		return err
	}
	p.acked += len(us)
	return nil
}

// Processes that are killed amid their work, one after the other: the next has everything that was
// answered, and is, bit for bit, what a model is that nothing happened to.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pushers := []*pusher{{name: "a"}, {name: "b"}, {name: "c"}}
	for round := range 4 {
		cmd, url := child(t, dir)
		client := &http.Client{Transport: &http.Transport{}}
		var all sync.WaitGroup
		var killed atomic.Bool
		enough := make(chan struct{}, 2*len(pushers))
		for i, p := range pushers {
			if round == 0 {
				_, err := send(t.Context(), client, http.MethodPut, url+"/models/"+p.name, fmt.Appendf(nil, `{"neurons":%d}`, 20+i))
				require.NoError(t, err)
			}
			text, err := send(t.Context(), client, http.MethodGet, url+"/models/"+p.name, nil)
			require.NoError(t, err)
			var have info
			require.NoError(t, json.Unmarshal(text, &have))
			require.GreaterOrEqualf(t, int(have.Next), p.acked, "round %d: what was answered", round)
			require.LessOrEqual(t, int(have.Next), len(p.sent))
			p.acked = int(have.Next)
			until := p.acked + 20 + rand.IntN(20)
			all.Go(func() {
				for {
					if err := p.push(client, url, 1+i*4); err != nil {
						assert.Truef(t, killed.Load(), "model %s, round %d: %v", p.name, round, err)
						enough <- struct{}{}
						return
					}
					if p.acked >= until {
						enough <- struct{}{}
						until = math.MaxInt
					}
				}
			})
		}
		<-enough // right after an answer
		killed.Store(true)
		require.NoError(t, cmd.Process.Kill())
		assert.ErrorContains(t, cmd.Wait(), "killed")
		all.Wait()
		client.CloseIdleConnections()
	}
	r, err := openRegistry(dir, defaults())
	require.NoError(t, err)
	for i, p := range pushers {
		d := r.models[p.name]
		n := int(d.journal.Next())
		require.GreaterOrEqual(t, n, p.acked)
		require.LessOrEqual(t, n, len(p.sent))
		assert.Greaterf(t, n, 10, "model %s has done something", p.name)
		s := defaultSettings()
		s.Neurons = 20 + i
		s = s.filled()
		want := reference(t, s, updates(n))
		assert.Equalf(t, want[n], stateOf(t, d.m), "model %s after %d updates", p.name, n)
	}
	require.NoError(t, r.close())
	leftovers, err := filepath.Glob(filepath.Join(dir, "*.state-*"))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(leftovers), 2*len(pushers))
}
