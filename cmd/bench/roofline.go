package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/kernel"
	"github.com/spikegraph/spikegraph/train/report"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// level is a level of memory, by numbers that fit into it and not into the one before.
type level struct {
	Name string  `json:"name"`
	KB   int     `json:"kb"`
	GBPS float64 `json:"gb_per_s"` // to read
}

// share is a kernel in the roofline of a job.
type share struct {
	Job       string  `json:"job"`
	Kernel    string  `json:"kernel"`
	OfTime    float64 `json:"of_time"`
	Intensity float64 `json:"flop_per_byte"`
	GFLOPS    float64 `json:"gflop_per_s"`
}

// roofline measures on one core what arithmetic and memory allow, and where the kernels of J1 and J2
// are below that (Williams, Waterman & Patterson, Communications of the ACM 52(4), 2009). With
// c.picture it draws them.
func roofline(c config) (result, error) {
	c.threads = 1
	r := newResult(c)
	r.Peak32 = fmaPeak[float32](config{batches: count(c.batches, 0, 15)})
	r.Levels = levels(count(c.batches, 0, 15))
	var panels []report.Panel
	for _, j := range []struct {
		name string
		run  func(c config) (result, error)
	}{
		{"J1", func(c config) (result, error) { return images(c, denseJob) }},
		{"J2", func(c config) (result, error) { return recurrent(c, 100) }},
	} {
		kernels, err := quickest(c, j.run)
		if err != nil {
			return r, err
		}
		shares := sharesOf(j.name, kernels)
		r.Shares = append(r.Shares, shares...)
		p, err := roofs(j.name, r.Peak32, r.Levels, shares)
		if err != nil {
			return r, err
		}
		panels = append(panels, p)
	}
	if c.picture == "" {
		return r, nil
	}
	return r, report.Figure{Panels: panels, Columns: 1, Width: 230, Height: 100}.Save(c.picture)
}

// levels measures how fast numbers are read that are added up, from each level of memory: the best of
// some rounds.
func levels(rounds int) []level {
	ls := []level{{"first-level cache", 24, 0}, {"second-level cache", 768, 0}, {"third-level cache", 8 << 10, 0}, {"memory", 512 << 10, 0}}
	for i := range ls {
		x := make([]float32, ls[i].KB<<10/4)
		kernel.Fill(x, 1)
		repeat := max(1, (4<<10)/ls[i].KB)
		for range rounds {
			start := time.Now()
			for range repeat {
				kernel.Read(x)
			}
			ls[i].GBPS = max(ls[i].GBPS, float64(4*len(x)*repeat)/float64(time.Since(start).Nanoseconds()))
		}
	}
	return ls
}

// quickest returns the kernels of the quickest of some batches of a job.
func quickest(c config, job func(c config) (result, error)) ([]graph.KernelTime, error) {
	var best []graph.KernelTime
	least := time.Duration(math.MaxInt64)
	c.after = func(p *graph.Program, b batch) error {
		for range count(c.batches, 0, 15) {
			kernels, whole, err := p.Timings(b.x, b.y)
			if err != nil {
				return err
			}
			if whole < least {
				least, best = whole, kernels
			}
		}
		return nil
	}
	_, err := job(c)
	return best, err
}

// leastShare is the share of a step's time from which a kernel is shown.
const leastShare = 0.02

// sharesOf returns the kernels that take most of the time, the longest first; those that do as much for
// a byte and have one name, such as a product and its gradient, count as one. Loops are in their kernels.
func sharesOf(job string, kernels []graph.KernelTime) []share {
	type place struct {
		name      string
		intensity float64
	}
	var whole float64
	at := map[place]graph.KernelTime{}
	for i, k := range kernels {
		if i+1 < len(kernels) && kernels[i+1].Depth > k.Depth {
			continue
		}
		whole += float64(k.Time)
		p := place{label(k), math.Round(100 * math.Log2(k.Flops/k.Bytes))}
		sum := at[p]
		sum.Time, sum.Flops, sum.Bytes = sum.Time+k.Time, sum.Flops+k.Flops, sum.Bytes+k.Bytes
		at[p] = sum
	}
	var out []share
	for p, k := range at {
		ns := float64(k.Time.Nanoseconds())
		if of := ns / whole; of >= leastShare && k.Flops > 0 {
			out = append(out, share{job, p.name, of, k.Flops / k.Bytes, k.Flops / ns})
		}
	}
	slices.SortFunc(out, func(a, b share) int { return cmp.Compare(b.OfTime, a.OfTime) })
	return out
}

// label is the name of a kernel without what it is made of.
func label(k graph.KernelTime) string {
	op, rest, _ := strings.Cut(k.Op, "[")
	if op == "Fused" {
		op = "group of " + fmt.Sprint(1+strings.Count(rest, " "))
	}
	if k.Scope != "" {
		return k.Scope + ": " + op
	}
	return op
}

// roofs draws what each level of memory allows, and kernels by their numbers.
func roofs(job string, peak float64, levels []level, shares []share) (report.Panel, error) {
	const lo, hi = 1.0 / 64, 512.0 // flop a byte
	var lines []report.Series
	for _, l := range levels {
		ridge := peak / l.GBPS
		lines = append(lines, report.Series{
			Name: fmt.Sprintf("%s, %.0f GB/s", l.Name, l.GBPS),
			X:    []float64{lo, ridge, hi}, Y: []float64{lo * l.GBPS, peak, peak},
		})
	}
	p, err := report.Lines(report.Axes{
		Title: job, X: "floating-point operations a byte", Y: "GFLOP/s, one core", LogY: true, XRange: [2]float64{lo, hi},
	}, lines...)
	if err != nil {
		return p, err
	}
	p.Plot.X.Scale, p.Plot.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	points := make(plotter.XYs, len(shares))
	names := make([]string, len(shares))
	for i, s := range shares {
		points[i] = plotter.XY{X: s.Intensity, Y: s.GFLOPS}
		names[i] = fmt.Sprintf("%s, %.0f %%", s.Kernel, 100*s.OfTime)
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return p, err
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: p.Plot.X.Label.TextStyle.Color, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: points, Labels: names})
	if err != nil {
		return p, err
	}
	for i := range labels.TextStyle {
		style := &labels.TextStyle[i]
		style.Font = p.Plot.X.Tick.Label.Font
		switch {
		case !crowded(shares, i, 1): // to the right
			style.YAlign, labels.Labels[i] = draw.YCenter, "   "+labels.Labels[i]
		case !crowded(shares, i, -1): // to the left
			style.YAlign, style.XAlign = draw.YCenter, draw.XRight
			labels.Labels[i] += "    "
		default: // below
			style.XAlign, style.YAlign = draw.XCenter, draw.YTop-0.5
		}
	}
	p.Plot.Add(dots, labels)
	return p, nil
}

// crowded reports whether the label of share i would lie on the point or the label of another, in the
// direction given.
func crowded(shares []share, i, direction int) bool {
	const high, wide, near = 1.35, 12, 1.15
	for k, o := range shares {
		y, x := o.GFLOPS/shares[i].GFLOPS, math.Pow(o.Intensity/shares[i].Intensity, float64(direction))
		if max(y, 1/y) < high && x < wide && (x > near || k < i && x > 1/near) {
			return true
		}
	}
	return false
}
