package graph

import (
	"cmp"
	"slices"
)

// align is the alignment of every value in a program's memory: a cache line.
const align = 64

// life is when the memory of a register is in use: from the step that writes it to the last that
// reads it.
type life struct{ from, to int }

// plan gives every register that is neither fixed, bound nor a view its place in the block's memory.
// Registers in alive are read when the block is done.
func (b *block) plan(alive []int) {
	lives := b.lives(alive)
	b.off = slices.Repeat([]int{-1}, len(b.types))
	a := &arena{}
	ends := make([][]int, len(b.steps)+1) // registers by the step they end with
	taken := make([]bool, len(b.types))   // registers whose memory went to another
	for i, s := range b.steps {
		for k, r := range s.out {
			if !b.owns(r) {
				continue
			}
			if j := b.reuse(s, k, i, lives, taken); j >= 0 {
				b.off[r] = b.off[j]
				taken[j] = true
			} else {
				b.off[r] = a.take(b.types[r].Bytes())
			}
			ends[lives[r].to] = append(ends[lives[r].to], r)
		}
		for _, r := range s.scratch {
			b.off[r] = a.take(b.types[r].Bytes())
			ends[i] = append(ends[i], r)
		}
		for _, r := range ends[i] {
			if !taken[r] {
				a.give(b.off[r], b.types[r].Bytes())
			}
		}
	}
	b.size = a.peak
}

// owns reports whether register r has memory of the block.
func (b *block) owns(r int) bool {
	_, isView := b.views[r]
	return !isView && !b.bound[r]
}

// lives returns the life of every register; parts of a register prolong its life.
func (b *block) lives(alive []int) []life {
	ls := make([]life, len(b.types))
	for i, s := range b.steps {
		for _, r := range s.out {
			ls[r] = life{i, i}
		}
		for _, r := range s.in {
			ls[b.root(r)].to = i
		}
	}
	for _, r := range alive {
		ls[b.root(r)].to = len(b.steps)
	}
	return ls
}

// reuse returns the register whose memory result k of step i can take over: one that is read there
// for the last time, at the same places; -1 if there is none.
func (b *block) reuse(s *stepPlan, k, i int, lives []life, taken []bool) int {
	isFixed := func(r int) bool { return b.off[r] < 0 }
	for j, r := range s.in {
		if isFixed(r) || taken[r] || lives[r].to != i || b.types[r].Bytes() != b.types[s.out[k]].Bytes() || !s.overwrites(k, j) {
			continue
		}
		clash := false
		for jj, rr := range s.in { // read elsewhere in the same step at other places?
			clash = clash || jj != j && b.root(rr) == r && !s.overwrites(k, jj)
		}
		if !clash {
			return r
		}
	}
	return -1
}

// arena hands out places in a memory that grows as needed.
type arena struct {
	free []stretch // by offset, never touching each other
	peak int
}

// stretch is a free stretch of memory.
type stretch struct{ off, size int }

func rounded(n int) int { return (n + align - 1) / align * align }

// take returns the offset of size bytes: in the smallest stretch that holds them, else at the end.
func (a *arena) take(size int) int {
	size = rounded(size)
	best := -1
	for i, f := range a.free {
		if f.size >= size && (best < 0 || f.size < a.free[best].size) {
			best = i
		}
	}
	if best >= 0 {
		f := &a.free[best]
		off := f.off
		f.off, f.size = f.off+size, f.size-size
		if f.size == 0 {
			a.free = slices.Delete(a.free, best, best+1)
		}
		return off
	}
	off := a.peak
	if n := len(a.free); n > 0 && a.free[n-1].off+a.free[n-1].size == a.peak { // grow the last stretch
		off = a.free[n-1].off
		a.free = a.free[:n-1]
	}
	a.peak = off + size
	return off
}

// give returns size bytes at off.
func (a *arena) give(off, size int) {
	size = rounded(size)
	if size == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(a.free, off, func(f stretch, off int) int { return cmp.Compare(f.off, off) })
	a.free = slices.Insert(a.free, i, stretch{off, size})
	if i+1 < len(a.free) && off+size == a.free[i+1].off {
		a.free[i].size += a.free[i+1].size
		a.free = slices.Delete(a.free, i+1, i+2)
	}
	if i > 0 && a.free[i-1].off+a.free[i-1].size == off {
		a.free[i-1].size += a.free[i].size
		a.free = slices.Delete(a.free, i, i+1)
	}
}
