package graph

import "fmt"

// way says how the kernel of a product multiplies, "" for what is no product.
func (n *Node) way() string {
	switch o := n.op.(type) {
	case matMulOp:
		switch {
		case o.spikes && (!o.ta || looksForOnes(n.typ.Shape.last(), n.in[0].typ.DType == Bool)):
			return spikeWay(n.typ)
		case n.in[1].keptPacked(n):
			return "multiplied, the right factor packed once a loop"
		}
		return "multiplied"
	case openOp:
		_, _, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
		return fmt.Sprintf("open elements computed alone up to %.0f %%, else multiplied", 100*openShare(k))
	case timeSumOp:
		if p, ok := o.op.(matMulOp); ok && p.spikes && looksForOnes(n.typ.Shape.last(), o.bits > 0 || n.in[1].typ.DType == Bool) {
			return spikeWay(n.typ)
		}
		return "multiplied"
	case convOp:
		return convWay(o.conv)
	case convKernelOp:
		return convWay(o.conv)
	case convInputOp:
		return convWay(o.conv)
	case epilogueOp:
		return fmt.Sprintf("%s, %d rows at a time", o.productOf(n).way(), o.block)
	}
	return ""
}

func spikeWay(t Type) string {
	return fmt.Sprintf("rows added up to %.0f %% ones, else multiplied", 100*shareToAdd(t.Shape.last()))
}

func convWay(c conv) string {
	if c.spikes {
		return "patches of ones added where they are few, else multiplied"
	}
	return "patches multiplied"
}

// measured returns, by the steps of the plan, what products met in the runs that are over, and how long
// kernels took in the last Profile.
func (p *Program) measured() (map[*stepPlan]events, map[*stepPlan]KernelTime) {
	p.mu.Lock()
	defer p.mu.Unlock()
	met := map[*stepPlan]events{}
	for _, r := range p.free {
		r.frame.collect(met)
	}
	return met, p.took
}

// collect adds what the frame's products met.
func (f *frame) collect(met map[*stepPlan]events) {
	for i := range f.steps {
		s := &f.steps[i]
		e := met[s.plan]
		e.add(s.c.events)
		met[s.plan] = e
		for _, inner := range s.inner {
			inner.collect(met)
		}
	}
}

// met says how many ones the product n met, and how often it looked at those alone; "" where nothing was met.
func (n *Node) met(e events) string {
	if e.calls == 0 {
		return ""
	}
	what := "%.1f %% ones, rows added in %d of %d"
	if _, ok := n.op.(openOp); ok {
		what = "%.1f %% open, computed alone in %d of %d"
	}
	return fmt.Sprintf(what, 100*float64(e.ones)/float64(max(1, e.elements)), e.sparse, e.calls)
}
