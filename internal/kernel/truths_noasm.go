//go:build !amd64

package kernel

func packTruths(isa, []uint64, []bool) int { return 0 }

func countTruths(isa, []bool) (n, done int) { return 0, 0 }
