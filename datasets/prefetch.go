package datasets

// prefetch calls prepare(0), prepare(1), ... up to prepare(count-1) in another goroutine, at most
// ahead of them before they are asked for. next returns their results in order; after an error
// there is no further one. stop ends the goroutine and waits for its end: at most for the one call
// it is in.
func prefetch(prepare func(k int) (Batch, error), count, ahead int) (
	next func(k int) (Batch, error), stop func()) {
	type result struct {
		b   Batch
		err error
	}
	ready := make(chan result, ahead-1) // one more waits in the goroutine's hand
	quit := make(chan struct{})
	go func() {
		defer close(ready)
		for k := range count {
			b, err := prepare(k)
			select {
			case ready <- result{b, err}:
			case <-quit:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	next = func(int) (Batch, error) {
		r := <-ready
		return r.b, r.err
	}
	stop = func() {
		close(quit)
		for range ready { // until it is closed
		}
	}
	return next, stop
}
