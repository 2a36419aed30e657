package graph

import "slices"

// block is a graph in order of execution: its steps, and the register in which the value of each
// node is. Bodies of loops and branches are blocks inside the step that runs them.
type block struct {
	u     unit
	steps []*stepPlan
	reg   map[*Node]int // several nodes share a register if they are the same elements
	types []Type        // of each register
	fixed []fixed       // registers that are there before the block runs
	views map[int]view  // registers that are part of another
	outs  []outPlan     // of u.outs
	tuple map[*Node]*stepPlan
	early int     // steps before the second phase
	makes []int   // the step that computes a register, -1 if none does
	uses  [][]int // steps that read a register or a part of it, in order

	bound map[int]bool // registers that the block's runner points at memory outside
	off   []int        // offset of each register in the block's memory, -1 if it has none there
	size  int          // bytes of the block's memory
}

// fixed is a register that whoever runs a block fills in: an argument, a literal.
type fixed struct {
	reg  int
	node *Node
}

// view is part of another register, from element off on.
type view struct{ of, off int }

// outPlan says how a result leaves a block: written where it is wanted by the step that computes
// it, or copied when the block is done.
type outPlan struct {
	reg    int
	direct bool
}

// stepPlan is one kernel of a block.
type stepPlan struct {
	node    *Node
	in, out []int
	scratch []int    // registers that live during this step only
	inner   []*block // bodies
	loop    *loopPlan
}

// lower orders the nodes of u: first what the nodes in first need, then the rest.
func lower(u unit, first []*Node) *block {
	b := &block{u: u, reg: map[*Node]int{}, views: map[int]view{}, tuple: map[*Node]*stepPlan{}, bound: map[int]bool{}}
	for _, n := range u.g.nodes {
		if _, ok := n.op.(argOp); ok {
			b.fixed = append(b.fixed, fixed{b.newReg(n), n})
		}
	}
	soon, all := reachable(u.g, first), reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if soon[i] {
			b.lower(n)
		}
	}
	b.early = len(b.steps)
	for i, n := range u.g.nodes {
		if all[i] && !soon[i] {
			b.lower(n)
		}
	}
	b.index()
	return b
}

// index notes which steps compute and read each register.
func (b *block) index() {
	b.makes, b.uses = slices.Repeat([]int{-1}, len(b.types)), make([][]int, len(b.types))
	for i, s := range b.steps {
		for _, r := range s.out {
			b.makes[r] = i
		}
		for _, r := range s.in {
			r = b.root(r)
			b.uses[r] = append(b.uses[r], i)
		}
	}
}

func (b *block) newReg(n *Node) int {
	r := b.addReg(n.typ)
	b.reg[n] = r
	return r
}

func (b *block) addReg(t Type) int {
	b.types = append(b.types, t)
	return len(b.types) - 1
}

// lower gives n its register and, if it computes anything, its step.
func (b *block) lower(n *Node) {
	switch o := n.op.(type) {
	case argOp:
		return
	case literalOp:
		b.fixed = append(b.fixed, fixed{b.newReg(n), n})
		return
	case reshapeOp, stopOp, barrierOp, customOp:
		b.reg[n] = b.reg[n.in[0]]
		return
	case resultOp:
		b.reg[n] = b.tuple[n.in[0]].out[o.index]
		return
	case sliceOp:
		if off, ok := o.contiguous(n.in[0].typ.Shape); ok && n.typ.Shape.Size() > 0 {
			r := b.newReg(n)
			b.views[r] = view{b.reg[n.in[0]], off}
			b.steps = append(b.steps, &stepPlan{node: n, in: []int{b.reg[n.in[0]]}, out: []int{r}})
			return
		}
	}
	s := &stepPlan{node: n}
	for _, x := range n.in {
		s.in = append(s.in, b.reg[x])
	}
	if n.tuple == nil {
		s.out = []int{b.newReg(n)}
	}
	for _, t := range n.tuple {
		s.out = append(s.out, b.addReg(t))
	}
	b.tuple[n] = s
	switch o := n.op.(type) {
	case loopOp:
		b.lowerLoop(s, o.LoopSpec)
	case whileOp:
		b.lowerWhile(s, o.WhileSpec)
	case branchOp:
		b.lowerBranch(s, o.BranchSpec)
	}
	b.steps = append(b.steps, s)
}

// root returns the register whose memory r is in.
func (b *block) root(r int) int {
	for {
		v, ok := b.views[r]
		if !ok {
			return r
		}
		r = v.of
	}
}

// producer returns the step that computes register r, nil if r is fixed or a view.
func (b *block) producer(r int) *stepPlan {
	if _, ok := b.views[r]; ok {
		return nil
	}
	if at := b.makes[r]; at >= 0 {
		return b.steps[at]
	}
	return nil
}

// leave decides how a result leaves the block. A register goes directly to one place only.
func (b *block) leave(n *Node) outPlan {
	r := b.reg[n]
	direct := !b.bound[r] && b.producer(r) != nil
	if direct {
		b.bound[r] = true
	}
	return outPlan{r, direct}
}

// carryMode says how a carried value gets from one step to the next.
type carryMode uint8

const (
	carrySame    carryMode = iota // it never changes
	carryInPlace                  // the step writes over it
	carryDouble                   // the step writes to the other of two buffers
	carryCopy                     // copied to the other buffer when the step is done
	carryResult                   // it is a stacked result too: read where that was written
)

// loopPlan says where the state of a loop is.
type loopPlan struct {
	spec    *LoopSpec
	body    *block
	modes   []carryMode
	cur     []int   // body registers of the placeholders
	next    []int   // body registers of the values after the step
	results []int   // of carryResult: which stacked result
	via     [][]int // of carryInPlace: registers between cur and next, which are there too
	ys      []outPlan
	spare   []int // registers of the second buffers of all shards, -1 if there is none
	mem     int   // register of the body's memory
}

func (b *block) lowerLoop(s *stepPlan, l *LoopSpec) {
	body := lower(unit{l.Body, slices.Concat(l.Next, l.Ys)}, nil)
	p := &loopPlan{spec: l, body: body}
	s.loop, s.inner = p, []*block{body}
	direct := map[int]int{} // stacked results by the register that is written there
	for i, y := range l.Ys {
		p.ys = append(p.ys, body.leave(y))
		if p.ys[i].direct {
			direct[p.ys[i].reg] = i
		}
	}
	for i, n := range l.Next {
		cur, next := body.reg[l.Carried[i]], body.reg[n]
		p.cur, p.next = append(p.cur, cur), append(p.next, next)
		mode, result := carryCopy, 0
		at, stacked := direct[next]
		switch {
		case cur == next:
			mode = carrySame
		case stacked:
			mode, result = carryResult, at
		case body.leave(n).direct:
			mode = carryDouble
		}
		p.modes, p.results, p.via = append(p.modes, mode), append(p.results, result), append(p.via, nil)
	}
	kept := map[int]bool{}
	for _, r := range p.keepAlive() {
		kept[body.root(r)] = true
	}
	for i, cur := range p.cur {
		if p.modes[i] != carryDouble || kept[cur] {
			continue
		}
		if via, ok := body.inPlace(p.next[i], cur, kept); ok {
			p.modes[i], p.via[i] = carryInPlace, via
			for _, r := range via {
				body.bound[r] = true
			}
		}
	}
	body.plan(p.keepAlive())
	n := l.split.shards()
	for i, m := range p.modes {
		spare := -1
		if m == carryDouble || m == carryCopy {
			spare = b.addScratch(s, stackedType(n, l.Carried[i].typ))
		}
		p.spare = append(p.spare, spare)
	}
	p.mem = b.addScratch(s, Type{Bool, Shape{n * body.size}})
}

// inPlace reports whether register next can be written over register cur, by one step or by several of
// which each writes over what the one before made; via are the registers between the two.
func (b *block) inPlace(next, cur int, kept map[int]bool) (via []int, ok bool) {
	if b.writesAfter(next, cur) && b.reads(next, cur) {
		return nil, true
	}
	s := b.producer(next)
	for j, r := range s.in {
		if r == cur || kept[r] || !b.owns(r) || b.producer(r) == nil || !s.overwrites(slices.Index(s.out, next), j) ||
			b.types[r].Bytes() != b.types[next].Bytes() || !b.writesAfter(next, r) {
			continue
		}
		if via, ok = b.inPlace(r, cur, kept); ok {
			return append(via, r), true
		}
	}
	return nil, false
}

// addScratch adds a register that lives during step s only.
func (b *block) addScratch(s *stepPlan, t Type) int {
	r := b.addReg(t)
	s.scratch = append(s.scratch, r)
	return r
}

// keepAlive returns the body's registers that are read when a step is done.
func (p *loopPlan) keepAlive() []int {
	var rs []int
	for _, y := range p.ys {
		rs = append(rs, y.reg)
	}
	return append(rs, p.next...)
}

// reads reports whether the step that computes register out reads register in.
func (b *block) reads(out, in int) bool {
	return slices.Contains(b.producer(out).in, in)
}

// overwrites reports whether the step may write result k over input j: it reads each element
// before, or as, it writes the one at the same place.
func (s *stepPlan) overwrites(k, j int) bool {
	switch o := s.node.op.(type) {
	case fusedOp:
		x := s.node.in[j].typ
		return x.Equal(o.types[k]) && !o.reduces(k)
	case epilogueOp:
		return j >= o.factors && s.node.in[j].typ.Equal(o.group.types[k]) && !o.group.reduces(k)
	case timeSumOp, putSlotOp, addAlongOp:
		return j == 0
	case loopOp:
		nc := len(o.Carried)
		if k >= nc {
			return j >= nc && j < nc+len(o.Seqs) && s.loop.mayReplace(k-nc, j-nc)
		}
		return k == j && s.loop.modes[k] == carryInPlace
	}
	return false
}

// mayReplace reports whether stacked result k may take the memory of sequence j: both are of one
// type, and the body writes a step of the one after, or as, it reads that step of the other.
func (p *loopPlan) mayReplace(k, j int) bool {
	y, seq := p.ys[k], p.spec.Seqs[j]
	r := p.body.reg[seq]
	if !y.direct || !p.spec.Ys[k].typ.Equal(seq.typ) || p.spec.split.shareOf(len(p.cur)+j) == whole && p.spec.split.shards() > 1 {
		return false
	}
	for _, x := range p.keepAlive() {
		if p.body.root(x) == r {
			return false
		}
	}
	return p.body.writesAfter(y.reg, r)
}

// writesAfter reports whether the step that computes register out comes after every read of
// register in, or reads it at the places where it writes.
func (b *block) writesAfter(out, in int) bool {
	at := b.makes[out]
	for _, i := range b.uses[in] {
		if i > at || i == at && !b.steps[i].replaces(out, in, b) {
			return false
		}
	}
	return true
}

// replaces reports whether the step may write register out over register in, which it reads.
func (s *stepPlan) replaces(out, in int, b *block) bool {
	k := slices.Index(s.out, out)
	for j, r := range s.in {
		if b.root(r) == in && (r != in || !s.overwrites(k, j)) {
			return false
		}
	}
	return true
}

// lowerWhile plans a loop of unknown length: the steps that decide come first.
func (b *block) lowerWhile(s *stepPlan, w *WhileSpec) {
	body := lower(unit{w.Body, append(slices.Clone(w.Next), w.Go)}, []*Node{w.Go})
	var alive []int
	for _, o := range body.u.outs {
		alive = append(alive, body.reg[o])
	}
	body.plan(alive)
	s.inner = []*block{body}
	for _, c := range w.Carried {
		s.scratch = append(s.scratch, b.addReg(c.typ))
	}
	s.scratch = append(s.scratch, b.addReg(Type{Bool, Shape{body.size}}))
}

func (b *block) lowerBranch(s *stepPlan, o *BranchSpec) {
	for _, u := range []unit{{o.Then, o.ThenOuts}, {o.Else, o.ElseOuts}} {
		body := lower(u, nil)
		var alive []int
		for _, n := range u.outs {
			p := body.leave(n)
			body.outs = append(body.outs, p)
			alive = append(alive, p.reg)
		}
		body.plan(alive)
		s.inner = append(s.inner, body)
		s.scratch = append(s.scratch, b.addReg(Type{Bool, Shape{body.size}}))
	}
}
