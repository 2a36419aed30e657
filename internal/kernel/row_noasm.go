//go:build !amd64

package kernel

func rowStrips[T Float](isa, []T, []T, int, []T) bool { return false }

func rowEdges[T Float](isa, []T, []T, int, []T) bool { return false }
