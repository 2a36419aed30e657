//go:build !amd64

package kernel

func fanInSlice[T Float](isa, []uint32, []uint8, []T, []T, *[fanInLanes]T) bool { return false }
