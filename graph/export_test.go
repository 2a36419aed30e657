package graph

import "fmt"

// CheckPlan follows a program step by step and reports the first value that is read from memory in
// which something else was written meanwhile. It knows nothing of lifetimes: it keeps, for every
// byte, who wrote it last.
func CheckPlan(p *Program) error {
	outs := append([]outPlan{}, p.block.outs...)
	for _, u := range p.updates {
		outs = append(outs, u.out)
	}
	return checkBlock(p.block, outs)
}

// BreakPlan moves every value to the beginning of the memory.
func BreakPlan(p *Program) {
	for r := range p.block.off {
		p.block.off[r] = min(p.block.off[r], 0)
	}
}

// checkBlock checks b, of which outs are read at the end.
func checkBlock(b *block, outs []outPlan) error {
	writer := make([]int, b.size/align+1) // register that wrote a line, plus 1
	for i, s := range b.steps {
		for _, r := range s.in {
			if err := b.owned(writer, r); err != nil {
				return fmt.Errorf("step %d, %v: input %w", i, s.node, err)
			}
		}
		if err := b.apart(s); err != nil {
			return fmt.Errorf("step %d, %v: %w", i, s.node, err)
		}
		for _, r := range append(append([]int{}, s.out...), s.scratch...) {
			from, to := b.lines(r)
			for l := from; l < to; l++ {
				writer[l] = r + 1
			}
		}
		if err := checkInner(s); err != nil {
			return fmt.Errorf("in step %d, %v: %w", i, s.node, err)
		}
	}
	for _, o := range outs {
		if err := b.owned(writer, o.reg); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
	}
	return nil
}

// checkInner checks the bodies of a step.
func checkInner(s *stepPlan) error {
	for _, body := range s.inner {
		outs := append([]outPlan{}, body.outs...)
		if s.loop != nil {
			outs = append(outs, s.loop.ys...)
			for _, r := range s.loop.next {
				outs = append(outs, outPlan{reg: r})
			}
		} else if len(outs) == 0 {
			for _, n := range body.u.outs {
				outs = append(outs, outPlan{reg: body.reg[n]})
			}
		}
		if err := checkBlock(body, outs); err != nil {
			return err
		}
	}
	return nil
}

// lines returns the lines of memory that register r has in the block's own memory.
func (b *block) lines(r int) (from, to int) {
	if b.off[r] < 0 {
		return 0, 0
	}
	return b.off[r] / align, (b.off[r] + b.types[r].Bytes() + align - 1) / align
}

// owned reports whether the memory of r still holds what was written there as r.
func (b *block) owned(writer []int, r int) error {
	root := b.root(r)
	from, to := b.lines(root)
	for l := from; l < to; l++ {
		if writer[l] != root+1 {
			return fmt.Errorf("register %d at line %d was overwritten by register %d", root, l, writer[l]-1)
		}
	}
	return nil
}

// apart reports whether results and scratch memory of a step share a line with each other, or with
// an input that the step does not read before it writes.
func (b *block) apart(s *stepPlan) error {
	overlap := func(r, q int) bool {
		a, z := b.lines(r)
		c, y := b.lines(q)
		return a < y && c < z
	}
	own := append(append([]int{}, s.out...), s.scratch...)
	for k, r := range own {
		for _, q := range own[:k] {
			if overlap(r, q) {
				return fmt.Errorf("registers %d and %d are written at the same place", r, q)
			}
		}
		for j, x := range s.in {
			if overlap(r, b.root(x)) && (k >= len(s.out) || b.root(x) != x || b.off[r] != b.off[x] || !s.overwrites(k, j)) {
				return fmt.Errorf("register %d is written over input %d", r, j)
			}
		}
	}
	return nil
}

// CheckGroups groups the elementwise nodes that outs are computed from, bodies included, as the fuse pass
// does, and reports whether the kernels can be run one after another. It knows nothing of levels or of
// how ways were searched: it takes away, again and again, what reads nothing that is left. With force,
// neighbours of one shape are joined whatever stands between them.
func CheckGroups(force bool, outs ...*Node) (groups, members int, err error) {
	u, c := unit{outs[0].g, outs}, &compiler{}
	for _, p := range passes {
		if p.name == "fuse" {
			break
		}
		u = p.run(u, c)
	}
	return checkGroups(u, force)
}

func checkGroups(u unit, force bool) (groups, members int, err error) {
	gs := newGrouping(u)
	for i, n := range u.g.nodes {
		if gs.need[i] {
			gs.join(n, false)
		}
	}
	if force {
		gs.force(u)
	}
	for i, n := range u.g.nodes {
		if gs.need[i] {
			gs.end(n)
		}
	}
	read, readers := map[any]int{}, map[any][]any{}
	kernel := func(n *Node) any {
		if g := gs.of[n.id]; g != nil {
			return g
		}
		return n
	}
	all := map[any]bool{}
	for i, n := range u.g.nodes {
		if !gs.need[i] {
			continue
		}
		k := kernel(n)
		if g := gs.of[i]; g != nil {
			members++
			if !all[k] {
				groups++
			}
			if _, ends := n.op.(reduceOp); !ends && g.members[0].typ.Shape.Size() != n.typ.Shape.Size() {
				return groups, members, fmt.Errorf("%v is in a group of %v", n, g.members[0])
			}
		}
		all[k] = true
		for _, x := range n.in {
			if from := kernel(x); from != k {
				read[k]++
				readers[from] = append(readers[from], k)
			}
		}
		for _, b := range n.bodies() {
			g, m, err := checkGroups(b, force)
			if groups, members = groups+g, members+m; err != nil {
				return groups, members, err
			}
		}
	}
	var ready []any
	for k := range all {
		if read[k] == 0 {
			ready = append(ready, k)
		}
	}
	done := 0
	for ; len(ready) > 0; done++ {
		k := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		for _, r := range readers[k] {
			if read[r]--; read[r] == 0 {
				ready = append(ready, r)
			}
		}
	}
	if done < len(all) {
		return groups, members, fmt.Errorf("%d of %d kernels wait for each other", len(all)-done, len(all))
	}
	return groups, members, nil
}

// force joins every group with what it reads, as long as the shapes agree.
func (gs *grouping) force(u unit) {
	for _, n := range u.g.nodes {
		for _, x := range n.in {
			a, b := gs.of[x.id], gs.of[n.id]
			if a != nil && b != nil && a != b && a.members[0].typ.Shape.Equal(b.members[0].typ.Shape) {
				for _, m := range b.members {
					gs.of[m.id] = a
				}
				a.members = append(a.members, b.members...)
			}
		}
	}
}

// CompileInSegments compiles with every loop of at least n·k steps that has a backward loop in n segments
// of k steps, which are computed again, and a tail. It returns how many there are.
func CompileInSegments(g *Graph, o Options, n, k int, outs ...*Node) (p *Program, loops int) {
	p = g.program(o, outs, func(pairs []loopPair) []division {
		ds := make([]division, len(pairs))
		for i, p := range pairs {
			if l := p.forward.Loop(); l.Steps >= n*k {
				ds[i] = l.divided(n, k)
				loops++
			}
		}
		return ds
	})
	return p, loops
}
