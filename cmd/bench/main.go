// Command bench measures training as a user's program would run it, and prints one JSON line.
//
//	go run ./cmd/bench -job J1 -threads 2
//	go run ./cmd/bench -job compile
//
// The jobs:
//
//	J1       784-1000-10 LIF on constant currents of images, 25 steps, Adam
//	J1s      the same, each pixel a Bernoulli spike in every step
//	J3       convolutions 12C5 and 64C5, each pooled and spiking, then 10 LIF, on images, 25 steps
//	J2       700-256 recurrent LIF-20 leaky readout on spikes of 2 % density, 100 steps
//	J7       J2 with 1,000 steps: the memory
//	J4       an echo state network of 1,000 neurons learns the next of 10,000 Mackey-Glass steps by
//	         ridge regression, and then runs free for 1,000
//	J5       FORCE learning of four sines by 1,000 chaotic neurons, 6,000 steps, RLS every second one
//	gemm     GFLOP/s of products of matrices, on one goroutine and on all, and as share of a measured peak
//	roofline what arithmetic and memory of a core allow, and how far below that the kernels of J1 and J2
//	         are; -picture draws it
//	compile  milliseconds to trace, differentiate and compile J2 at 10, 100 and 1,000 steps
//
// A batch is 128 samples; J4 and J5 are measured by steps instead. ms_per_batch is the median over the timed batches, peak_rss_mb the most
// memory the process had, base_rss_mb what it had before the first batch. With -init, weights and
// batches come from a safetensors file instead, so that losses can be compared with another
// program's: see compare.py beside this file, which writes one with PyTorch.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/atomicfile"
)

// config are the flags.
type config struct {
	job     string
	threads int
	batches int    // timed batches; the job's default if 0
	warmup  int    // batches before; the job's default if negative
	data    string // directory of Fashion-MNIST; the embedded part if empty
	init    string // safetensors with weights and batches
	double  bool
	disable string
	memory  float64 // bound on planned memory, MB; none if 0
	kernels bool
	explain bool
	collect bool   // garbage, all the time while a job trains
	profile string // where to write a CPU profile
	seed    uint64

	neurons int     // of J4 and J5; 1,000 if 0
	network int     // goroutines of the network of J4, as the trainer chooses if 0
	links   float64 // of J4: connections to a neuron; a tenth of the neurons if 0
	steps   int     // of J4 and J5, to train; the job's default if 0

	triangle float64 // half width of one in place of the surrogate of J2 and J7; 0 if there is none

	picture string // where roofline draws; nowhere if empty

	// after is called at the end with the program of a job and a batch, if set.
	after func(p *graph.Program, b batch) error
}

// result is the JSON line.
type result struct {
	Job        string    `json:"job"`
	Threads    int       `json:"threads"`
	Kernels    string    `json:"kernels"`
	SamplesPS  float64   `json:"samples_per_s,omitempty"`
	MsPerBatch float64   `json:"ms_per_batch,omitempty"`
	MsMin      float64   `json:"ms_min,omitempty"`
	Batches    int       `json:"batches,omitempty"`
	PeakRSS    float64   `json:"peak_rss_mb,omitempty"`
	BaseRSS    float64   `json:"base_rss_mb,omitempty"`
	PlanMB     float64   `json:"plan_mb,omitempty"`
	CompileMs  float64   `json:"compile_ms,omitempty"`
	Loss       *float64  `json:"loss,omitempty"`
	FirstLoss  *float64  `json:"first_loss,omitempty"`
	Accuracy   *float64  `json:"accuracy,omitempty"`
	MaxDiff    *float64  `json:"max_loss_difference,omitempty"` // to the losses in the -init file
	MeanDiff   *float64  `json:"loss_difference,omitempty"`     // of the mean of the last ten
	Ms10       float64   `json:"ms_10,omitempty"`
	Ms100      float64   `json:"ms_100,omitempty"`
	Ms1000     float64   `json:"ms_1000,omitempty"`
	Peak32     float64   `json:"fma_peak_float32_gflop_per_s,omitempty"`
	Peak64     float64   `json:"fma_peak_float64_gflop_per_s,omitempty"`
	Products   []rate    `json:"products,omitempty"`
	Levels     []level   `json:"levels,omitempty"`
	Shares     []share   `json:"shares,omitempty"`
	Collected  int       `json:"collections,omitempty"`
	Pauses     *spreadMs `json:"pause_ms,omitempty"` // that the program stood still for a collection
	Stops      *spreadMs `json:"stop_ms,omitempty"`  // of that, until every goroutine had stopped
	Floor      *spreadMs `json:"floor_ms,omitempty"` // pauses of a program that counts, on this machine at this time
	readoutResult
}

var jobs = map[string]func(c config) (result, error){
	"J1":       func(c config) (result, error) { return images(c, denseJob) },
	"J1s":      func(c config) (result, error) { return images(c, codedJob) },
	"J3":       func(c config) (result, error) { return images(c, convJob) },
	"J2":       func(c config) (result, error) { return recurrent(c, 100) },
	"J7":       func(c config) (result, error) { return recurrent(c, 1000) },
	"J4":       echo,
	"J5":       force,
	"compile":  compileTimes,
	"gemm":     products,
	"roofline": roofline,
}

func main() {
	var c config
	flag.StringVar(&c.job, "job", "J1", "what to measure: "+strings.Join(jobNames(), ", "))
	flag.IntVar(&c.threads, "threads", 2, "goroutines that compute")
	flag.IntVar(&c.batches, "batches", 0, "timed batches (0: the job's default)")
	flag.IntVar(&c.warmup, "warmup", -1, "batches before those that are timed (-1: the job's default)")
	flag.StringVar(&c.data, "data", "", "directory with Fashion-MNIST (default: the part of it that is embedded)")
	flag.StringVar(&c.init, "init", "", "safetensors file with initial weights and batches")
	flag.BoolVar(&c.kernels, "kernels", false, "print the time of every kernel of one batch to standard error")
	flag.StringVar(&c.disable, "disable", "", "compiler passes not to run, separated by commas")
	flag.Float64Var(&c.memory, "memory", 0, "most megabytes that a program may plan; what it cannot keep it computes again")
	flag.BoolVar(&c.double, "double", false, "compute in float64")
	flag.BoolVar(&c.explain, "explain", false, "print passes, kernels and memory plan to standard error")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights, order and random numbers")
	flag.BoolVar(&c.collect, "collect", false, "collect the garbage all the time while a job trains, and print for how long that stops the program")
	flag.StringVar(&c.profile, "cpuprofile", "", "write a CPU profile to this file")
	flag.IntVar(&c.neurons, "neurons", 0, "neurons of J4 and J5 (0: 1000)")
	flag.Float64Var(&c.links, "links", 0, "connections to a neuron in J4, on average (0: a tenth of the neurons)")
	flag.IntVar(&c.network, "network", 0, "goroutines that a step of the network of J4 is divided between (0: as the trainer chooses)")
	flag.IntVar(&c.steps, "steps", 0, "steps of training of J4 and J5 (0: the job's default)")
	flag.Float64Var(&c.triangle, "triangle", 0, "half width of a triangle in place of the surrogate of J2 and J7 (0: their own, which has tails)")
	flag.StringVar(&c.picture, "picture", "", "file to which roofline draws, .svg or .png")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench: %q is no flag; there are no other arguments, -help lists the flags\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(c); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func jobNames() []string {
	var names []string
	for n := range jobs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func run(c config) error {
	job := jobs[c.job]
	if job == nil {
		return fmt.Errorf("there is no job %q; jobs are %s", c.job, strings.Join(jobNames(), ", "))
	}
	if c.threads < 1 {
		return fmt.Errorf("%d threads, want at least 1", c.threads)
	}
	if c.neurons < 0 || c.steps < 0 || !(c.links >= 0) || c.network < 0 {
		return fmt.Errorf("%d neurons, %v links, %d steps, %d goroutines of the network, want at least 0", c.neurons, c.links, c.steps, c.network)
	}
	if !(c.triangle >= 0) || math.IsInf(c.triangle, 0) {
		return fmt.Errorf("a triangle of half width %v, want a finite number of at least 0", c.triangle)
	}
	if c.batches < 0 || c.warmup < -1 || !(c.memory >= 0) {
		return fmt.Errorf("%d batches after %d, %v MB, want at least 0, -1 and 0", c.batches, c.warmup, c.memory)
	}
	if c.picture != "" {
		if c.job != "roofline" {
			return fmt.Errorf("-picture is drawn by roofline, not by %s", c.job)
		}
		if err := atomicfile.Check(c.picture); err != nil {
			return fmt.Errorf("-picture: %w", err)
		}
	}
	if c.collect && (c.job == "compile" || c.job == "gemm" || c.job == "roofline") {
		return fmt.Errorf("-collect is for jobs that train, not for %s", c.job)
	}
	if c.kernels {
		c.after = func(p *graph.Program, b batch) error { return p.Profile(os.Stderr, b.x, b.y) }
	}
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r, err := job(c)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
