package graph

// Window describes how a kernel or a window passes over axes, in Attrs: the spatial axes of a
// convolution, or all axes of what is pooled. Every list has one number for each axis.
type Window struct {
	Size                          []int // of a pool; a kernel has its own shape
	Stride, PadLow, PadHigh       []int
	InputDilation, KernelDilation []int // of a convolution
	Groups                        int   // of a convolution
}
