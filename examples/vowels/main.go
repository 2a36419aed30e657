// Command vowels tells nine men apart by how they say the vowels /ae/ (Japanese Vowels, which is
// embedded in the module): an echo state network hears an utterance frame by frame, and a readout,
// fitted by ridge regression, says after every frame who speaks.
//
//	go run ./examples/vowels
//
// It prints the share of frames and of utterances of the standard test part that are told right; an
// utterance is whoever its frames are for on average. It writes vowels.png: what the readout says
// during one utterance, and how the share of right utterances grows with the frames that were heard.
// It takes some seconds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/report"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

// config are the flags.
type config struct {
	neurons int
	seed    uint64
	out     string
}

func main() {
	var c config
	flag.IntVar(&c.neurons, "neurons", 500, "neurons of the reservoir")
	flag.Uint64Var(&c.seed, "seed", 1, "of the weights")
	program.Picture(&c.out, func() error {
		_, err := run(os.Stdout, c)
		return err
	})
}

type state struct{ R layers.ReservoirState }

// net hears frames x [B 12]. The readout sees them beside the reservoir's activity.
func net(neurons, channels, speakers int) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, _ bool) train.Step[state] {
		p := layers.NewReservoir(channels, neurons)
		p.Win, p.InDensity, p.B = layers.Normal{Std: 0.5}, 0.5, layers.Normal{Std: 0.5}
		p.W, p.SpectralRadius, p.DType = layers.Normal{Std: 1}, 0.3, graph.Float64
		p.LeakRate = layers.Const(0.5)
		cell := p.Place(g, "reservoir")
		out := layers.Dense{In: neurons + channels, Out: speakers, DType: graph.Float64}.Place(g, "speaker")
		return func(x *graph.Node, s state) (*graph.Node, state) {
			r, next := cell.Step(x, s.R)
			return out.Apply(graph.Concat(-1, r, x)), state{next}
		}
	}
}

// trials are the utterances, with 1 for the speaker and 0 for the others as target of every frame.
func trials(u *datasets.Utterances) iter.Seq2[train.Sequence, error] {
	return func(yield func(train.Sequence, error) bool) {
		for i, s := range u.Series {
			y := tensor.New(tensor.WithShape(s.Len(), 1, u.Classes), tensor.Of(tensor.Float64))
			for t := range s.Len() {
				y.Float64s()[t*u.Classes+int(u.Labels[i])] = 1
			}
			if !yield(train.Sequence{X: s.Tensor(), Y: y}, nil) {
				return
			}
		}
	}
}

// scores are shares of the test part that are told right.
type scores struct {
	frames, utterances float64
	after              []float64 // utterances, by frames heard
}

// run fits the readout and measures it.
func run(log io.Writer, c config) (s scores, err error) {
	learn, test, err := datasets.JapaneseVowels()
	if err != nil {
		return s, err
	}
	t := &train.Offline[state]{
		Runner: train.Runner[state]{
			Net: net(c.neurons, learn.Series[0].Channels, learn.Classes), Readouts: []string{"speaker"}, Reset: true, Seed: c.seed,
		},
		Method:   offline.RidgeChoice{Alphas: []float64{1e-4, 1e-3, 1e-2, 1e-1, 1, 10}, Folds: 5, Block: 60}, // frames
		FreeBias: true, Workers: runtime.GOMAXPROCS(0),
	}
	models, err := t.Fit(context.Background(), trials(learn))
	if err != nil {
		return s, err
	}
	said := make([][]float64, len(test.Series)) // [T 9] of every utterance
	for i, u := range test.Series {
		y, err := t.Predict(context.Background(), u.Tensor())
		if err != nil {
			return s, err
		}
		said[i] = y.Float64s()
	}
	s = score(said, test)
	fmt.Fprintf(log, "%d neurons, penalty %g of cross-validation\n", c.neurons, models["speaker"].Alpha)
	fmt.Fprintf(log, "right: %.1f %% of frames, %.1f %% of utterances\n", 100*s.frames, 100*s.utterances)
	return s, picture(filepath.Join(c.out, "vowels.png"), said[0], test, s)
}

// score compares what was said of every frame with the speakers.
func score(said [][]float64, test *datasets.Utterances) (s scores) {
	longest := 0
	for _, y := range said {
		longest = max(longest, len(y)/test.Classes)
	}
	s.after = make([]float64, longest)
	frames, right := 0, 0
	for i, y := range said {
		heard := make([]float64, test.Classes)
		for t := range s.after {
			if len(y) > 0 {
				frames++
				right += one(floats.MaxIdx(y[:test.Classes]) == int(test.Labels[i]))
				floats.Add(heard, y[:test.Classes])
				y = y[test.Classes:]
			}
			s.after[t] += float64(one(floats.MaxIdx(heard) == int(test.Labels[i]))) / float64(len(said))
		}
	}
	s.frames, s.utterances = float64(right)/float64(frames), s.after[longest-1]
	return s
}

// one returns 1 for true.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// picture draws what was said of the first utterance, and what it takes to tell utterances right.
func picture(path string, said []float64, test *datasets.Utterances, s scores) error {
	speaker := int(test.Labels[0])
	right, other := report.Series{Name: "the speaker", Dots: true}, report.Series{Name: "the strongest of the others", Dots: true}
	for ; len(said) > 0; said = said[test.Classes:] {
		y := said[:test.Classes]
		right.Y = append(right.Y, y[speaker])
		other.Y = append(other.Y, floats.Max(slices.Concat(y[:speaker], y[speaker+1:])))
	}
	outputs, err1 := report.Lines(report.Axes{Title: "readout during the first utterance of the test part", X: "frame"}, right, other)
	heard, err2 := report.Lines(report.Axes{Title: "utterances told right", X: "frame", PercentY: true}, report.Series{Y: s.after, Dots: true})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return report.Figure{Panels: []report.Panel{outputs, heard}, Columns: 1}.Save(path)
}
