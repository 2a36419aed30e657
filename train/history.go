package train

// History is what was measured while training.
type History struct {
	Epochs  []Epoch
	Batches []Batch // the last FitOptions.Tail
	// Stopped says why training ended where it did not come to its end: early stopping, a hook.
	Stopped string
}

// Batch is what was measured of one batch, with the parameters from before its update.
type Batch struct {
	Epoch    int // from 0
	Batch    int // within the epoch, from 0
	Updates  int // of the parameters, in the whole run, after this batch
	GradNorm float64
	Scores
}

// Epoch is what was measured in one pass over the data, as the mean over its samples, while
// parameters changed.
type Epoch struct {
	Epoch      int // from 0
	Batches    int
	Updates    int // of the parameters, in the whole run, after this epoch
	GradNorm   float64
	Validation *Scores // at the end of the epoch; nil if there was none
	Best       bool    // the monitored number was the best so far
	Seconds    float64 // without validation; after resuming, those since
	Partial    bool    // the run ended within the epoch
	Scores
}

// watched are the scores that a Monitor sees: of the validation if there was one.
func (e Epoch) watched() Scores {
	if e.Validation != nil {
		return *e.Validation
	}
	return e.Scores
}

// Last returns the last epoch, and false if there is none.
func (h *History) Last() (Epoch, bool) {
	if len(h.Epochs) == 0 {
		return Epoch{}, false
	}
	return h.Epochs[len(h.Epochs)-1], true
}

// Best returns the last epoch that was the best so far, and false if there is none.
func (h *History) Best() (Epoch, bool) {
	for i := len(h.Epochs) - 1; i >= 0; i-- {
		if h.Epochs[i].Best {
			return h.Epochs[i], true
		}
	}
	return Epoch{}, false
}

// add appends b and drops batches in excess of tail.
func (h *History) add(b Batch, tail int) {
	if len(h.Batches) >= 2*tail { // seldom, so that dropping costs little
		n := copy(h.Batches, h.Batches[len(h.Batches)-tail+1:])
		clear(h.Batches[n:])
		h.Batches = h.Batches[:n]
	}
	h.Batches = append(h.Batches, b)
}

// trim leaves the last tail batches.
func (h *History) trim(tail int) {
	h.Batches = h.Batches[max(0, len(h.Batches)-tail):]
}
