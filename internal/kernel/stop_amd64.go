package kernel

// stopPoint is a point at which the goroutine can be stopped, as a collection of garbage wants it to. A goroutine stops where a function looks
// at its stack, and where a signal meets Go code. Assembly does not look, nor do the functions through which it is called, and a signal
// seldom meets the few instructions of a loop around it: cutting work into pieces is worth nothing without a call of this between them.
//
//go:noinline
func stopPoint() { look() }

// look makes stopPoint a function that calls one: others do not look at their stack.
//
//go:noinline
func look() {}
