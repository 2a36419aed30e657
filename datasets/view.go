package datasets

import (
	"maps"
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// View is a choice of another source's samples, in an order of its own. It copies nothing.
type View struct {
	src   Source
	index []int
}

// Select returns the samples of src at the positions index, in that order; a position may come
// twice. It returns ErrRange for a position outside src.
func Select(src Source, index []int) (*View, error) {
	if absent(src) {
		return nil, named("Select", errAbsent())
	}
	for k, i := range index {
		if i < 0 || i >= src.Len() {
			return nil, named("Select", fail(ErrRange, "position %d of the choice is sample %d of %d",
				k, i, src.Len()))
		}
	}
	return &View{src: src, index: slices.Clone(index)}, nil
}

// First returns the first n samples of src. It returns ErrRange unless 1 <= n <= src.Len().
func First(src Source, n int) (*View, error) {
	switch {
	case absent(src):
		return nil, named("First", errAbsent())
	case n < 1 || n > src.Len():
		return nil, named("First", fail(ErrRange, "the first %d samples of %d", n, src.Len()))
	}
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return &View{src: src, index: index}, nil
}

// Split divides src at random into two parts, each in the order of src: round(fraction N) samples
// in the first, the others in the second. The same seed gives the same parts, and they are
// unrelated to the orders in which Batches shuffles with that seed. It returns ErrOption for a
// fraction outside (0, 1), ErrEmpty if a part would have no sample.
func Split(src Source, fraction float64, seed uint64) (first, second *View, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, named("Split", fail(ErrOption, "fraction %v, expected 0 < fraction < 1", fraction))
	}
	if absent(src) {
		return nil, nil, named("Split", errAbsent())
	}
	n := int(math.Round(fraction * float64(src.Len())))
	if n == 0 || n == src.Len() {
		return nil, nil, named("Split", fail(ErrEmpty, "%v of %d samples is %d", fraction, src.Len(), n))
	}
	order := newRand(seed, forSplit).Perm(src.Len())
	slices.Sort(order[:n])
	slices.Sort(order[n:])
	return &View{src, order[:n:n]}, &View{src, order[n:]}, nil
}

// OfClasses returns the samples of the given classes, in the order of src; the labels stay as they
// are. It returns ErrEmpty for a class without samples, ErrOption if src has no labels or no class is given.
func OfClasses(src Source, classes ...int32) (*View, error) {
	if len(classes) == 0 {
		return nil, named("OfClasses", fail(ErrOption, "no classes, expected at least 1"))
	}
	members, err := byClass(src)
	if err != nil {
		return nil, named("OfClasses", err)
	}
	var index []int
	for _, c := range classes {
		if len(members[c]) == 0 {
			return nil, named("OfClasses", fail(ErrEmpty, "class %d", c))
		}
		index = append(index, members[c]...)
	}
	slices.Sort(index)
	return &View{src: src, index: slices.Compact(index)}, nil
}

// PerClass returns the first n samples of every class that occurs, in the order of src: a small
// balanced set. It returns ErrOption for n < 1 or a src without labels, ErrEmpty if a class has
// fewer than n.
func PerClass(src Source, n int) (*View, error) {
	if n < 1 {
		return nil, named("PerClass", fail(ErrOption, "%d samples of each class, expected at least 1", n))
	}
	members, err := byClass(src)
	if err != nil {
		return nil, named("PerClass", err)
	}
	var index []int
	for _, c := range slices.Sorted(maps.Keys(members)) {
		of := members[c]
		if len(of) < n {
			return nil, named("PerClass", fail(ErrEmpty, "class %d has %d samples, expected %d", c, len(of), n))
		}
		index = append(index, of[:n]...)
	}
	slices.Sort(index)
	return &View{src: src, index: index}, nil
}

// byClass returns the positions of the samples of each class, in order.
func byClass(src Source) (map[int32][]int, error) {
	if absent(src) {
		return nil, errAbsent()
	}
	members := map[int32][]int{}
	for i := range src.Len() {
		c, ok := src.Label(i)
		if !ok {
			return nil, fail(ErrOption, "the samples have no labels")
		}
		members[c] = append(members[c], i)
	}
	return members, nil
}

// Index returns the positions in the source that was chosen from: a copy.
func (v *View) Index() []int { return slices.Clone(v.index) }

// Len returns the number of chosen samples.
func (v *View) Len() int { return len(v.index) }

// SampleShape returns that of the source.
func (v *View) SampleShape() []int { return v.src.SampleShape() }

// Read writes the i-th chosen sample to dst.
func (v *View) Read(dst []float32, i int) { v.src.Read(dst, v.index[i]) }

// Label returns the class of the i-th chosen sample; ok is false for sources that have none.
func (v *View) Label(i int) (class int32, ok bool) { return v.src.Label(v.index[i]) }

// Targets returns the labels or targets of the chosen samples index, as the source does.
func (v *View) Targets(index []int) *tensor.Dense {
	chosen := make([]int, len(index))
	for k, i := range index {
		chosen[k] = v.index[i]
	}
	return v.src.Targets(chosen)
}

// Check returns what is wrong with the source.
func (v *View) Check() error { return v.src.Check() }
