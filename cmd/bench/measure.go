package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// batch is what one training step works on.
type batch struct{ x, y *tensor.Dense }

// measure runs warm-up and timed batches of prog, whose one result is the loss, and fills in what was
// measured.
func measure(r *result, c config, prog *graph.Program, src *source, warmup, timed int) error {
	loss := tensor.New(tensor.Of(prog.Outputs()[0].DType.Tensor()), tensor.WithShape(1))
	out := []*tensor.Dense{loss}
	if _, err := src.next(0); err != nil { // data are there before memory is measured
		return err
	}
	debug.FreeOSMemory()
	forgetPeak()
	r.BaseRSS = memory("VmRSS")
	var ms, losses []float64
	var garbage *collector
	for i := range warmup + timed {
		if i == warmup && c.collect {
			garbage = startCollector()
		}
		b, err := src.next(i)
		if err != nil {
			return err
		}
		start := time.Now()
		if err := prog.RunInto(out, b.x, b.y); err != nil {
			return fmt.Errorf("batch %d: %w", i, err)
		}
		if i >= warmup {
			ms = append(ms, float64(time.Since(start).Microseconds())/1e3)
		}
		losses = append(losses, scalar(loss))
	}
	if garbage != nil {
		r.collected(c, garbage)
	}
	r.PeakRSS = memory("VmHWM")
	r.PlanMB = float64(prog.Memory()) / 1e6
	r.summarize(ms, losses, size, src.losses)
	if c.after == nil {
		return nil
	}
	b, err := src.next(0)
	if err != nil {
		return err
	}
	return c.after(prog, b)
}

// scalar returns the one number in a tensor of floats.
func scalar(t *tensor.Dense) float64 {
	if t.Dtype() == tensor.Float64 {
		return t.Float64s()[0]
	}
	return float64(t.Float32s()[0])
}

// summarize fills in medians and losses.
func (r *result) summarize(ms, losses []float64, size int, want []float64) {
	slices.Sort(ms)
	n := len(ms)
	r.Batches, r.MsMin = n, ms[0]
	r.MsPerBatch = (ms[(n-1)/2] + ms[n/2]) / 2
	total := 0.0
	for _, m := range ms {
		total += m
	}
	r.SamplesPS = math.Round(float64(size*n) / total * 1e3)
	tail := losses[max(0, len(losses)-10):]
	mean := 0.0
	for _, l := range tail {
		mean += l / float64(len(tail))
	}
	r.Loss, r.FirstLoss = &mean, &losses[0]
	if len(want) > 0 {
		worst := 0.0
		for i := range min(len(want), len(losses)) {
			worst = max(worst, math.Abs(losses[i]-want[i]))
		}
		r.MaxDiff = &worst
		other := 0.0
		last := want[max(0, min(len(want), len(losses))-10):min(len(want), len(losses))]
		for _, l := range last {
			other += l / float64(len(last))
		}
		diff := math.Abs(mean - other)
		r.MeanDiff = &diff
	}
}

// forgetPeak makes the system count the most memory from now on, where it can.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// memory returns a line of the process's memory account, which counts in units of 1,024 bytes, in millions
// of bytes; 0 where the system has none.
func memory(field string) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), field+":"); ok {
			var units float64
			fmt.Sscan(rest, &units)
			return units * 1024 / 1e6
		}
	}
	return 0
}
