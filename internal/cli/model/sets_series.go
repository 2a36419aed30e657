package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// windows are the settings of a task over time, cut in samples.
type windows struct {
	Samples, TestSamples int
	Steps                int    // of a sample
	Ahead                int    // of series: what comes so many steps later is the target
	Seed                 uint64 // of tasks with noise
}

// A generator makes a series, of which the future is the target.
type generator interface {
	Series(n int) (*datasets.Series, error)
}

// A tasker makes inputs and targets.
type tasker interface {
	Task(n int, seed uint64) (datasets.Task, error)
}

// Settings of series and tasks: those of the generator, and of what is cut from it.
type (
	mackeyGlass struct {
		windows
		datasets.MackeyGlass
	}
	lorenz struct {
		windows
		datasets.Lorenz
	}
	rossler struct {
		windows
		datasets.Rossler
	}
	henon struct {
		windows
		datasets.Henon
	}
	narma struct {
		windows
		datasets.NARMA
	}
	memory struct {
		windows
		datasets.MemoryTask
	}
	parity struct {
		windows
		datasets.ParityTask
	}
)

func (w windows) cut() windows { return w }

// seriesSets are the sets that are computed: sequences [T C] with targets [T C] for every step, for the
// losses mean_squared_error and mean_absolute_error.
func seriesSets() []SetKind {
	w := windows{Samples: 16, TestSamples: 4, Steps: 200, Ahead: 1, Seed: 1}
	return []SetKind{
		series("mackey_glass", "chaotic series of a delay equation; the target is what comes ahead steps later", mackeyGlass{w, datasets.NewMackeyGlass()}),
		series("lorenz", "chaotic series of three numbers", lorenz{w, datasets.NewLorenz()}),
		series("rossler", "chaotic series of three numbers", rossler{w, datasets.NewRossler()}),
		series("henon", "chaotic series of two numbers", henon{w, datasets.NewHenon()}),
		series("narma", "nonlinear moving average of noise, to be computed from the noise", narma{w, datasets.NewNARMA(10)}),
		series("memory", "noise, to be recalled after 1 to delays steps", memory{w, datasets.MemoryTask{Delays: 5}}),
		series("parity", "bits, whose parity over the last of them is the target", parity{w, datasets.ParityTask{Bits: 3}}),
	}
}

// series makes the row of a set whose settings make a series or a task.
func series[P interface{ cut() windows }](name, what string, p P) SetKind {
	return SetKind{Kind: settings.Kind{Name: name, Settings: p}, What: what, layout: datasets.TimeFirst,
		open: func(_ context.Context, p any, _ opener) (Parts, error) { return p.(P).cut().parts(p) }}
}

// parts makes the samples for training and, from what follows them, for test.
func (w windows) parts(p any) (parts Parts, err error) {
	task, err := w.task(p, (w.Samples+w.TestSamples)*w.Steps)
	if err != nil {
		return Parts{}, err
	}
	at := w.Samples * w.Steps
	if parts.Train, err = w.samples(task, 0, at); err == nil {
		parts.Test, err = w.samples(task, at, task.In.Len())
	}
	return parts, err
}

// task returns n steps of what p makes.
func (w windows) task(p any, n int) (datasets.Task, error) {
	if t, ok := p.(tasker); ok {
		return t.Task(n, w.Seed)
	}
	s, err := p.(generator).Series(n + w.Ahead)
	if err != nil {
		return datasets.Task{}, err
	}
	return s.Ahead(w.Ahead)
}

// samples cuts the steps [from, to) of a task in samples.
func (w windows) samples(t datasets.Task, from, to int) (*datasets.Samples, error) {
	d := &datasets.Samples{Shape: []int{w.Steps, t.In.Channels}, TargetShape: []int{w.Steps, t.Out.Channels}}
	d.X = convert[float64, float32](t.In.Slice(from, to).Values)
	d.Y = convert[float64, float32](t.Out.Slice(from, to).Values)
	return d, d.Check()
}
