package kernel

import (
	"fmt"
	"unsafe"
)

// FanIn is a sparse matrix brought into the form in which a product with one row reads it:
//
//	y_j = Σ_k w[j k]·x[pre[j k]]
//
// Sixteen lists are a slice, and abreast. A packet is one element of each: all its places lie in a
// window of 32 numbers of x, which two registers hold, so that an instruction looks sixteen up; a list
// that has none there takes part with a weight of 0, so that an x that is not finite may reach any y, as
// in a full product. Of each list the elements are in order of their
// places, and those of one place in theirs.
//
// Slices are computed upwards for one row and downwards for the next: a cache too small for all of them
// still holds those that come first then, where in one order each would have pushed out the next.
type FanIn[T Float] struct {
	in, out int
	start   []int    // of each slice, in packets; one more than there are slices
	at      []uint32 // where the window of each packet begins, in bytes of float32
	places  []uint8  // within the window, 16 for each packet
	weights []T      // likewise

	x    []T  // whole windows; what is past the end of the row is 0
	down bool // whether slices are computed downwards
	list fanInLists[T]
}

const (
	fanInLanes   = 16
	fanInWindow  = 32
	fanInPackets = 4  // of which a slice has a multiple
	fanInStep    = 16 // between the beginnings of windows
	fanInBytes   = 4  // of a number in at
)

// fanInLists are lists of which the first elements are taken one by one.
type fanInLists[T Float] struct {
	pre   [][]uint32
	w     [][]T
	place []uint32
	value []T
	count []int
}

// PackFanIn returns the matrix of k places pre [out k] and weights w [out k] for inputs x [in]. An
// element whose place is in comes from nowhere and is 0. It reuses the memory of old, if not nil. It
// returns the index of a place outside [0, in], else -1.
func PackFanIn[T Float](old *FanIn[T], in, out, k int, pre []int32, w []T) (*FanIn[T], int) {
	if len(pre) != out*k || len(w) != out*k || in < 0 {
		panic(fmt.Sprintf("kernel: FanIn of %d places and %d weights, expected %d·%d", len(pre), len(w), out, k))
	}
	for i, p := range pre {
		if p < 0 || int(p) > in {
			return old, i
		}
	}
	f := old
	if f == nil {
		f = &FanIn[T]{}
	}
	windows := max(fanInWindow/fanInStep, (in+fanInStep-1)/fanInStep)
	f.in, f.out = in, out
	f.start, f.at, f.places, f.weights = append(f.start[:0], 0), f.at[:0], f.places[:0], f.weights[:0]
	f.x = resized(f.x, windows*fanInStep)
	clear(f.x)
	for j := 0; j < out; j += fanInLanes {
		f.list.sort(min(fanInLanes, out-j), in, k, pre[j*k:], w[j*k:])
		for f.packet(windows) {
		}
		for len(f.at)%fanInPackets != 0 {
			f.at, f.places, f.weights = append(f.at, 0), append(f.places, make([]uint8, fanInLanes)...), append(f.weights, make([]T, fanInLanes)...)
		}
		f.start = append(f.start, len(f.at))
	}
	return f, -1
}

// sort brings lists in the order of their places, by counting.
func (l *fanInLists[T]) sort(lists, in, k int, pre []int32, w []T) {
	l.pre, l.w = l.pre[:0], l.w[:0]
	if len(l.place) < fanInLanes*k {
		l.place, l.value = make([]uint32, fanInLanes*k), make([]T, fanInLanes*k)
	}
	if len(l.count) < in+1 {
		l.count = make([]int, in+1)
	}
	for j := range lists {
		count, n := l.count[:in+1], 0
		clear(count)
		for _, p := range pre[j*k : (j+1)*k] {
			count[p]++
		}
		for p, c := range count {
			count[p], n = n, n+c
		}
		there := count[in]
		place, value := l.place[j*k:(j+1)*k], l.value[j*k:(j+1)*k]
		for i, p := range pre[j*k : (j+1)*k] {
			place[count[p]], value[count[p]] = uint32(p), w[j*k+i]
			count[p]++
		}
		l.pre, l.w = append(l.pre, place[:there]), append(l.w, value[:there])
	}
}

// packet takes an element of each list that has one in the first window that is needed; it returns
// false if all lists are empty.
func (f *FanIn[T]) packet(windows int) bool {
	l, first, found := &f.list, uint32(0), false
	for _, pre := range l.pre {
		if len(pre) > 0 && (!found || pre[0] < first) {
			first, found = pre[0], true
		}
	}
	if !found {
		return false
	}
	begin := uint32(min(int(first)/fanInStep, windows-fanInWindow/fanInStep) * fanInStep)
	f.at = append(f.at, begin*fanInBytes)
	for j := range fanInLanes {
		var place uint8
		var weight T
		if j < len(l.pre) && len(l.pre[j]) > 0 && l.pre[j][0] < begin+fanInWindow {
			place, weight = uint8(l.pre[j][0]-begin), l.w[j][0]
			l.pre[j], l.w[j] = l.pre[j][1:], l.w[j][1:]
		}
		f.places, f.weights = append(f.places, place), append(f.weights, weight)
	}
	return true
}

// Bytes returns what a product reads.
func (f *FanIn[T]) Bytes() int {
	return len(f.weights)*int(unsafe.Sizeof(T(0))) + len(f.places) + len(f.at)*fanInBytes
}

// Load makes x [in] the row of the products that follow.
func (f *FanIn[T]) Load(x []T) {
	Copy(f.x, x[:f.in])
	f.down = !f.down
}

// Slices returns the number of slices; each may be computed by another goroutine.
func (f *FanIn[T]) Slices() int { return len(f.start) - 1 }

// Times computes the slices from..to of y [out] for the row of Load. An element of y has the same bits
// however slices are divided between calls.
func (f *FanIn[T]) Times(y []T, from, to int) { f.timesAt(active, y, from, to) }

func (f *FanIn[T]) timesAt(l isa, y []T, from, to int) {
	for i := range to - from {
		s := from + i
		if f.down {
			s = to - 1 - i
		}
		var sums [fanInLanes]T
		f.sum(l, f.start[s], f.start[s+1], &sums)
		copy(y[s*fanInLanes:f.out], sums[:])
	}
}

// fanInAtOnce is the number of packets of a slice between two points at which the goroutine can be stopped, a
// multiple of fanInPackets.
const fanInAtOnce = 1 << 13

// sum sums up the packets of a slice.
func (f *FanIn[T]) sum(l isa, first, end int, y *[fanInLanes]T) {
	n := min(fanInAtOnce, end-first)
	if n > 0 && !fanInSlice(l, f.at[first:][:n], f.places[first*fanInLanes:], f.weights[first*fanInLanes:], f.x, y) {
		f.slice(first, n, y)
	}
	for first += n; first < end; first += n {
		n = min(fanInAtOnce, end-first)
		var more [fanInLanes]T
		f.sum(l, first, first+n, &more)
		for j, s := range more {
			y[j] += s
		}
	}
}

// slice sums up a slice in Go, as the assembly does: every fourth packet in one sum.
func (f *FanIn[T]) slice(first, n int, y *[fanInLanes]T) {
	var sums [fanInPackets][fanInLanes]T
	for p := first; p < first+n; p++ {
		x, s := f.x[f.at[p]/fanInBytes:][:fanInWindow], &sums[(p-first)%fanInPackets]
		places, weights := f.places[p*fanInLanes:][:fanInLanes], f.weights[p*fanInLanes:][:fanInLanes]
		for j, at := range places {
			s[j] += weights[j] * x[at%fanInWindow]
		}
	}
	for j := range y {
		y[j] = (sums[0][j] + sums[1][j]) + (sums[2][j] + sums[3][j])
	}
}
