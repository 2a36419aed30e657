//go:build !amd64

package kernel

func findWindow[T Float](_ isa, places, seen []int32, x, want []T) {
	findWindowGo(places, seen, x, want)
}
