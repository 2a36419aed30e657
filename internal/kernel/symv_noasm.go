//go:build !amd64

package kernel

func symvBlock[T Float](isa, int, []T, int, int, []T, []T, []T, *[symvRows * symvPart]T) bool {
	return false
}
