package offline

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// Snapshot is what a Fitter has taken in, by names; it can be kept in a checkpoint.
type Snapshot map[string]*tensor.Dense

// sizes returns the plan's sizes and further numbers as a tensor.
func (pl *plan) sizes(more ...float64) *tensor.Dense {
	v := append([]float64{float64(pl.in), float64(pl.p), float64(pl.q)}, more...)
	return tensor.New(tensor.WithShape(len(v)), tensor.WithBacking(v))
}

// reader takes tensors out of a snapshot.
type reader struct {
	s   Snapshot
	err error
}

// numbers returns a copy of the tensor, of n elements; any number where n is negative.
func (r *reader) numbers(name string, n int) []float64 {
	x := r.s[name]
	if x == nil || x.Dtype() != tensor.Float64 || n >= 0 && x.Shape().TotalSize() != n {
		if r.err == nil {
			r.err = fmt.Errorf("offline: %w: the snapshot has no %s of %d float64", ErrShape, name, n)
		}
		return make([]float64, max(n, 0))
	}
	if x.Shape().TotalSize() == 0 {
		return nil
	}
	return linalg.Clone(x.Float64s())
}

// plan returns pl with the sizes of the snapshot, and further numbers.
func (r *reader) plan(pl plan, more int) (plan, []float64) {
	v := r.numbers("sizes", 3+more)
	pl.in, pl.p, pl.q = int(v[0]), int(v[1]), int(v[2])
	if r.err == nil && (pl.in < 0 || pl.q < 0 || pl.in > 0 && pl.p != pl.features(pl.in)) {
		r.err = fmt.Errorf("offline: %w: the snapshot is of %d inputs, %d features, expected %d",
			ErrShape, pl.in, pl.p, pl.features(max(pl.in, 0)))
	}
	return pl, v[3:]
}

func vector(x []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(append(make([]float64, 0, len(x)), x...)))
}

// Snapshot returns a copy of the sums.
func (m *Moments) Snapshot() Snapshot {
	s := Snapshot{"sizes": m.sizes(float64(m.n), m.w, float64(m.waiting))}
	if m.n > 0 {
		s["XX"], s["XY"], s["YY"] = vector(m.g), vector(m.c), vector(m.yy)
		s["x"], s["y"] = vector(m.x), vector(m.y)
	}
	return s
}

// Rollback takes over what Snapshot returned, of sums with the same options.
func (m *Moments) Rollback(s Snapshot) error {
	r := reader{s: s}
	pl, v := r.plan(m.plan, 3)
	if r.err != nil {
		return r.err
	}
	next := Moments{plan: pl, n: int(v[0]), w: v[1], waiting: int(v[2]), s: m.s}
	if next.n > 0 {
		next.g, next.c, next.yy = r.numbers("XX", pl.p*pl.p), r.numbers("XY", pl.p*pl.q), r.numbers("YY", pl.q)
		next.x, next.y = r.numbers("x", chunk*pl.p), r.numbers("y", chunk*pl.q)
		next.scratch = make([]float64, pl.in)
	}
	if r.err == nil && (next.n < 0 || next.waiting < 0 || next.waiting >= chunk) {
		r.err = fmt.Errorf("offline: %w: the snapshot has %d samples, of which %d wait", ErrValue, next.n, next.waiting)
	}
	if r.err == nil {
		*m = next
	}
	return r.err
}

func (s *samples) snapshot() Snapshot {
	if s.n == 0 {
		return Snapshot{"sizes": s.sizes()}
	}
	return Snapshot{"sizes": s.sizes(), "x": vector(s.x), "y": vector(s.y), "w": vector(s.w)}
}

func (s *samples) rollback(from Snapshot) error {
	r := reader{s: from}
	pl, _ := r.plan(s.plan, 0)
	next := samples{plan: pl}
	if from["w"] != nil {
		next.w = r.numbers("w", -1)
		next.n = len(next.w)
		next.x, next.y = r.numbers("x", next.n*pl.p), r.numbers("y", next.n*pl.q)
	}
	if r.err == nil {
		*s = next
	}
	return r.err
}

func (s *squares) Snapshot() Snapshot { return s.sums.Snapshot() }

func (s *squares) Rollback(from Snapshot) error {
	s.design = nil
	return s.sums.Rollback(from)
}

func (c *custom) Snapshot() Snapshot             { return c.s.snapshot() }
func (c *custom) Rollback(from Snapshot) error   { return c.s.rollback(from) }
func (f *logistic) Snapshot() Snapshot           { return f.s.snapshot() }
func (f *logistic) Rollback(from Snapshot) error { return f.s.rollback(from) }

func (l *leaveOneOut) Snapshot() Snapshot {
	return join(map[string]Snapshot{"sums.": l.sums.Snapshot(), "samples.": l.s.snapshot()})
}

func (l *leaveOneOut) Rollback(from Snapshot) error {
	kept := l.s
	if err := l.s.rollback(part(from, "samples.")); err != nil {
		return err
	}
	err := l.sums.Rollback(part(from, "sums."))
	if err != nil {
		l.s = kept
	}
	return err
}

func (f *folds) Snapshot() Snapshot {
	all := map[string]Snapshot{"": {"n": vector([]float64{float64(f.n)})}}
	for i, m := range f.parts {
		all[strconv.Itoa(i)+"."] = m.Snapshot()
	}
	return join(all)
}

func (f *folds) Rollback(from Snapshot) error {
	r := reader{s: from}
	n := r.numbers("n", 1)
	next := make([]*Moments, len(f.parts))
	for i, m := range f.parts {
		next[i], _ = newMoments(m.plan)
		if err := next[i].Rollback(part(from, strconv.Itoa(i)+".")); err != nil {
			return err
		}
	}
	if r.err == nil {
		f.parts, f.n = next, int(n[0])
	}
	return r.err
}

// join returns all snapshots as one, each under a prefix.
func join(all map[string]Snapshot) Snapshot {
	s := Snapshot{}
	for prefix, one := range all {
		for name, x := range one {
			s[prefix+name] = x
		}
	}
	return s
}

// part returns the snapshot under a prefix.
func part(s Snapshot, prefix string) Snapshot {
	one := Snapshot{}
	for name, x := range s {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			one[rest] = x
		}
	}
	return one
}
