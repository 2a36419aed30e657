package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a model takes, with a checkpoint that is being written, is within what is counted for it. It
// runs while no other test does.
func TestAModelTakesWhatIsCounted(t *testing.T) {
	heap := func() (live, all uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, m.TotalAlloc
	}
	for _, s := range []Settings{{Neurons: 50}, {Neurons: 300}, {Neurons: 1000}, {Neurons: 600, Density: 1}, {Neurons: 10, In: 1024, Out: 1024}} {
		full := defaultSettings()
		full.Neurons, full.Density, full.In, full.Out = s.Neurons, s.Density, max(1, s.In), max(1, s.Out)
		s = full.filled()
		before, _ := heap()
		d, err := openDurable(filepath.Join(t.TempDir(), "m"), s, defaults())
		require.NoError(t, err)
		for range 80 {
			x, y := make([]float64, s.In), make([]float64, s.Out)
			x[0], y[0] = rand.Float64(), rand.Float64()
			_, err := d.do(nil, update{Op: "learn", X: x, Y: y})
			require.NoError(t, err)
		}
		live, some := heap()
		_, err = d.do(nil, update{Op: "snapshot"})
		require.NoError(t, err)
		_, more := heap()
		took := int64(live - before + more - some)
		assert.LessOrEqualf(t, took, s.bytes(), "%+v", s)
		assert.Greaterf(t, 5*took, s.bytes(), "%+v", s)
		require.NoError(t, d.close(errClosed))
	}
}

// Neither a journal nor snapshots grow for ever.
func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	l, dir := defaults(), t.TempDir()
	l.journal, l.snapshots = 4000, 2
	d, err := openDurable(filepath.Join(dir, "m"), small(), l)
	require.NoError(t, err)
	compacted := 0
	for i := range 60 {
		op := update{Op: "snapshot"}
		if i >= 20 {
			op = update{Op: "predict", X: []float64{rand.Float64()}}
		}
		base := d.base
		a, err := d.do(nil, op, op, op)
		require.NoError(t, err)
		require.NoError(t, a[2].err)
		if d.base != base {
			compacted++
		}
		assert.Less(t, d.journal.Size(), l.journal)
		for kind, most := range map[string]int{"state": 1, "snapshot": 2*l.snapshots + 1} {
			have, err := d.numbers(kind)
			require.NoError(t, err)
			assert.LessOrEqualf(t, len(have), most, "%s after %d", kind, i)
		}
	}
	assert.Greater(t, compacted, 20)
	require.NoError(t, d.close(errClosed))
}

// dial opens a connection that sends text and reads nothing.
func dial(t *testing.T, url, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	return c
}

const lineHead = "POST /models/a/predict HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 9000000\r\n\r\n"

// A client that never ends its line holds a place for a while, whether it sends bytes or none.
func TestALineThatNeverEnds(t *testing.T) {
	t.Parallel()
	l := defaults()
	l.idle, l.line = 300*time.Millisecond, 1000
	url, _ := started(t, t.TempDir(), l)
	ask(t, "PUT", url+"/models/a", `{"neurons":5}`)
	for pause, status := range map[time.Duration]string{20 * time.Millisecond: " 408 ", 0: " 413 "} {
		c := dial(t, url, lineHead+`{"x":[`)
		go func() {
			for {
				if _, err := c.Write([]byte("1")); err != nil {
					return
				}
				time.Sleep(pause)
			}
		}()
		head := make([]byte, 40)
		_, err := io.ReadFull(c, head)
		require.NoError(t, err)
		assert.Contains(t, string(head), status)
	}
}

// A client that takes no answers holds a place for a while; so does one that asks on and on.
func TestAnswersThatNobodyTakes(t *testing.T) {
	t.Parallel()
	l := defaults()
	l.idle, l.requests = 300*time.Millisecond, 1
	url, _ := started(t, t.TempDir(), l)
	status, text := ask(t, "PUT", url+"/models/a", `{"neurons":5,"out":1000}`)
	require.Equal(t, 200, status, text)
	for _, ask := range []string{lineHead + wave(0, 3000, false), ""} {
		c := dial(t, url, ask)
		var err error
		for range 1 << 20 {
			if _, err = io.WriteString(c, "GET /models/none HTTP/1.1\r\nHost: localhost:1\r\n\r\n"); err != nil {
				break
			}
		}
		require.Error(t, err)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the server has closed it")
	}
	status, text = ask(t, "GET", url+"/models", "")
	assert.Equal(t, 200, status, text)
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	l := defaults()
	l.conns = 2
	url, _ := started(t, t.TempDir(), l)
	first := dial(t, url, "")
	dial(t, url, "GET")
	const whole = "GET /models HTTP/1.0\r\nHost: localhost:1\r\n\r\n"
	third := dial(t, url, "")
	_, _ = io.WriteString(third, whole) // which the server may have closed
	text, _ := io.ReadAll(third)
	require.Empty(t, string(text))
	require.NoError(t, first.Close())
	require.Eventually(t, func() bool {
		c := dial(t, url, "")
		_, _ = io.WriteString(c, whole)
		text, _ := io.ReadAll(c)
		return strings.HasPrefix(string(text), "HTTP/1.0 200")
	}, 10*time.Second, 10*time.Millisecond)
}

// Models that fit before do not go over a lesser limit.
func TestALimitThatBecameLess(t *testing.T) {
	t.Parallel()
	l, dir := defaults(), t.TempDir()
	r, err := openRegistry(dir, l)
	require.NoError(t, err)
	for i := range 2 {
		require.NoError(t, r.create(fmt.Sprint("m", i), small()))
	}
	require.NoError(t, r.close())
	l.memory = small().bytes() * 3 / 2
	_, err = openRegistry(dir, l)
	assert.ErrorContains(t, err, "model m1: the model takes")
	l.memory, l.models = 1<<30, 1
	_, err = openRegistry(dir, l)
	assert.ErrorContains(t, err, "which is the limit")
}

// A batch of many outputs has fewer lines.
func TestAnswersOfABatchAreBounded(t *testing.T) {
	t.Parallel()
	for out, want := range map[int]int{1: 256, 100: 81, 1024: 8} {
		l, s := defaults(), small()
		s.Out = out
		us, err := newLineReader(strings.NewReader(wave(0, 300, false)), s, l).next("predict")
		require.NoError(t, err)
		assert.Len(t, us, want)
	}
}
