//go:build !amd64

package kernel

func supported() isa { return portable }
