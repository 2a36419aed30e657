package train

import (
	"bytes"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vbauerster/mpb/v8"
)

// shown returns a loop in an epoch of three batches, as reporters see it.
func shown(total int) *loop {
	return &loop{o: FitOptions{Epochs: 2}, data: Data{Batches: total}, began: time.Now().Add(-time.Second),
		at: position{Names: names{[]string{"accuracy"}, []string{"hidden", "out"}}}}
}

// tell lets r report an epoch.
func tell(r reporter, l *loop) {
	r.begin(l)
	for range 3 {
		if err := l.at.Total.add([]float64{0.25, 1, 0.75, 0.1, 0.2}, 4); err != nil {
			panic(err)
		}
		l.at.Batch++
		r.batch(l)
	}
	e := Epoch{Batches: 3, Seconds: 2, Scores: l.at.Total.scores(l.at.Names)}
	e.Validation = &Scores{Loss: 0.125, Metrics: []Value{{"accuracy", 0.5}}}
	r.epoch(l, e)
}

func TestLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	text := slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "samples_per_s" && a.Value.Float64() != 6 {
			return slog.Attr{}
		}
		return a
	}})
	r := &lines{log: slog.New(text), every: 2}
	tell(r, shown(3))
	r.end()
	assert.Equal(t, `level=INFO msg=batch epoch=0 loss=0.25 accuracy=0.75 rate.hidden=0.1 rate.out=0.2 batch=2
level=INFO msg=epoch epoch=0 loss=0.25 accuracy=0.75 samples_per_s=6 rate.hidden=0.1 rate.out=0.2 validation_loss=0.125 validation_accuracy=0.5
`, out.String())
}

func TestBars(t *testing.T) {
	t.Parallel()
	for name, total := range map[string]int{"known": 3, "unknown": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			r := newBars(&screen, mpb.WithAutoRefresh(), mpb.WithWidth(200))
			l := shown(total)
			tell(r, l)
			l.at = position{Epoch: 1, Names: l.at.Names}
			r.begin(l) // is interrupted
			r.end()
			for _, text := range []string{"epoch 1/2", "3/3", "loss 0.25  accuracy 0.75  6 samples/s  rates hidden 0.100 out 0.200",
				"validation loss 0.125 accuracy 0.5", "epoch 2/2", "0/3"} {
				assert.Contains(t, screen.String(), text)
			}
		})
	}
}

// A bar of an epoch that the run ended within stays as it is.
func TestBarsOfAPartialEpoch(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	r := newBars(&screen, mpb.WithAutoRefresh(), mpb.WithWidth(200))
	l := shown(3)
	r.begin(l)
	require.NoError(t, l.at.Total.add([]float64{0.5, 1, 0.75, 0.1, 0.2}, 4))
	l.at.Batch++
	r.batch(l)
	r.epoch(l, Epoch{Partial: true, Scores: l.at.Total.scores(l.at.Names)})
	r.end()
	assert.Contains(t, screen.String(), "1/3")
	assert.Contains(t, screen.String(), "loss 0.5  accuracy 0.75  0 samples/s")
	assert.NotContains(t, screen.String(), "3/3")
}

func TestReporters(t *testing.T) {
	t.Parallel()
	assert.Empty(t, newReporters(FitOptions{}), "nothing is printed unless asked for")
	var b bytes.Buffer
	rs := newReporters(FitOptions{Progress: &b, Logger: slog.New(slog.DiscardHandler)})
	require.Len(t, rs, 2)
	tell(rs, shown(3))
	rs.end()
	assert.Contains(t, b.String(), "msg=epoch epoch=0 loss=0.25")
	f, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer f.Close()
	assert.False(t, isTerminal(f))
	assert.False(t, isTerminal(&b))
}
