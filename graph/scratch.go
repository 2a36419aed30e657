package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// scratch is memory that kernels take besides the values of a block: what a kernel keeps for itself, such
// as factors in packed form and tiles; what products with spikes share, as they run one after another;
// and what each worker lends to one product at a time. How much a product takes, internal/kernel says.
type scratch struct {
	own    int // bytes, of all kernels
	shared [2]sharedRoom
	lent   [2]kernel.Room // of one worker
}

// sharedRoom is what a productMemory, and what a pool keeps, grow to: the greatest of each of its parts, in bytes.
type sharedRoom struct {
	bits, ones, floats int
	packed             int         // in the pool
	work               kernel.Room // of one worker
	workFloats         int         // likewise
	workBlock          int         // likewise
}

// roomy is an op whose kernel takes memory.
type roomy interface {
	scratch(n *Node, workers int) scratch
}

// scratch returns what the kernels of the block take, run by so many workers.
func (b *block) scratch(workers int) scratch {
	var s scratch
	for _, p := range b.steps {
		if _, isView := b.views[p.out[0]]; isView {
			continue
		}
		if o, ok := p.node.op.(roomy); ok {
			s.take(o.scratch(p.node, workers))
		}
		shards := 1
		if p.loop != nil {
			shards = p.loop.spec.split.shards()
		}
		for _, inner := range p.inner {
			if shards == 1 {
				s.take(inner.scratch(workers))
				continue
			}
			t := inner.scratch(1) // each shard has a worker of its own
			s.own += shards * t.bytes(1)
		}
	}
	return s
}

// take adds what another kernel takes; what is shared or lent, one has at a time.
func (s *scratch) take(t scratch) {
	s.own += t.own
	for i := range s.lent {
		s.lent[i].Cover(t.lent[i])
		s.shared[i].cover(t.shared[i])
	}
}

func (r *sharedRoom) cover(s sharedRoom) {
	r.bits, r.ones, r.floats = max(r.bits, s.bits), max(r.ones, s.ones), max(r.floats, s.floats)
	r.packed = max(r.packed, s.packed)
	r.work.Cover(s.work)
	r.workFloats, r.workBlock = max(r.workFloats, s.workFloats), max(r.workBlock, s.workBlock)
}

// bytes is the sum, run by so many workers.
func (s *scratch) bytes(workers int) int {
	n := s.own
	for i, r := range s.shared {
		n += r.bits + r.ones + r.floats + r.packed + workers*(r.work.Bytes()+r.workFloats+r.workBlock+s.lent[i].Bytes())
	}
	return n
}

// precision is where scratch counts what kernels of a type share and lend.
func precision(d DType) int {
	if d == Float64 {
		return 1
	}
	return 0
}

func wordsOfCols(cols int) int { return (cols + wordBits - 1) / wordBits }
