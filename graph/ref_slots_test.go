package graph_test

import "slices"

// slotless returns the index of an element of slots without that of its slot.
func slotless(i []int) []int { return slices.Delete(slices.Clone(i), 1, 2) }

func putSlotRef(_ string, in []arr) arr {
	return tab(in[0].shape, func(i []int) float64 {
		if int(in[1].at(i[0])) == i[1] {
			return in[2].at(slotless(i)...)
		}
		return in[0].at(i...)
	})
}

func takeAlongRef(_ string, in []arr) arr {
	return tab(in[1].shape, func(i []int) float64 {
		return in[0].at(slices.Insert(slices.Clone(i), 1, int(in[1].at(i...)))...)
	})
}

func addAlongRef(_ string, in []arr) arr {
	return tab(in[0].shape, func(i []int) float64 {
		v := in[0].at(i...)
		if at := slotless(i); int(in[1].at(at...)) == i[1] {
			v += in[2].at(at...)
		}
		return v
	})
}
