package graph

import (
	"cmp"
	"fmt"
	"slices"
)

// segmentation is a loop of which segments are computed again, and what that costs.
type segmentation struct {
	name               string
	steps, again, each int // steps of the loop, how many of them are computed twice, in segments of each
	flops, all         int // floating-point operations that this adds, and those of the whole program without it
}

func (s segmentation) String() string {
	name := ""
	if s.name != "" {
		name = " " + s.name
	}
	return fmt.Sprintf("loop%s: %d of %d steps are computed twice, in segments of %d: %.1f %% more arithmetic",
		name, s.again, s.steps, s.each, 100*float64(s.flops)/float64(max(1, s.all)))
}

// segmentation describes d, which is part of u.
func (d *segmented) segmentation(u unit) segmentation {
	l := d.pair.forward.Loop()
	again := d.n * d.k * len(d.pair.backward)
	return segmentation{
		name: l.Name, steps: l.Steps, again: again, each: d.k,
		flops: again * flopsOf(unit{l.Body, slices.Concat(l.Next, l.Ys)}), all: flopsOf(u),
	}
}

// flopsOf estimates the floating-point operations of u, every step of its loops included.
func flopsOf(u unit) int {
	total := 0
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		total += n.flops()
		if o, ok := n.op.(loopOp); ok {
			total += o.Steps * flopsOf(n.bodies()[0])
		}
	}
	return total
}

// fit compiles again with loops in segments: as few loops as possible, those first that keep most, and
// as few steps as possible that are computed twice. It returns the first program that meets the bound.
func (g *Graph) fit(whole *Program, o Options, outputs []*Node) (*Program, error) {
	least := whole.Memory()
	for loops, all := 1, 1; loops <= all; loops *= 2 {
		for share, steps := 0.95, 2; share*float64(steps) >= 1; share = less(share) {
			p := g.program(o, outputs, func(pairs []loopPair) []division {
				for _, p := range pairs {
					steps, all = max(steps, p.forward.Loop().Steps), len(pairs)
				}
				return divideLargest(pairs, loops, share)
			})
			if p.Memory() <= o.MaxMemory {
				return p, nil
			}
			least = min(least, p.Memory())
		}
	}
	return nil, fmt.Errorf("graph: a run needs %s, %s if parts of its loops are computed again; the bound is %s: %w",
		exact(whole.Memory()), exact(least), exact(o.MaxMemory), ErrMemory)
}

// exact prints a number of bytes, to be read and to be given as a bound.
func exact(n int) string {
	if n < 1e3 {
		return size(n)
	}
	return fmt.Sprintf("%s (%d bytes)", size(n), n)
}

// less returns the next share of steps to try.
func less(share float64) float64 {
	if share > 0.5 {
		return share - 0.09
	}
	return share * 0.7
}

// divideLargest divides the loops that keep most, so that about a share of their steps is kept at a time.
func divideLargest(pairs []loopPair, loops int, share float64) []division {
	order := make([]int, len(pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(pairs[j].bytes(), pairs[i].bytes()) })
	ds := make([]division, len(pairs))
	for _, i := range order[:min(loops, len(order))] {
		ds[i] = pairs[i].divided(share)
	}
	return ds
}

// divided divides the loops so that about a share of the steps is kept at a time.
func (p loopPair) divided(share float64) division {
	l, unit := p.forward.Loop(), p.unit()
	keep := max(unit, int(share*float64(l.Steps)))
	again := l.Steps - keep
	if again <= 0 {
		return division{}
	}
	n := (again + keep - 1) / keep
	k := ((again+n-1)/n + unit - 1) / unit * unit
	return l.divided(min(n, l.Steps/k), k)
}

// bytes is the size of what the forward loop returns from all its steps.
func (p loopPair) bytes() int {
	l, n := p.forward.Loop(), 0
	for _, y := range l.Ys {
		n += l.Steps * y.typ.Bytes()
	}
	return n
}
