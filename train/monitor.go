package train

import (
	"errors"
	"fmt"
	"slices"
)

// Monitor watches one number at the end of every epoch, of the validation if there is one, else of
// the training: it decides which epoch is the best so far, and when to stop early.
type Monitor struct {
	Metric   string  // "loss", or the name of a metric; "loss" if empty
	Higher   bool    // the higher the better; else the lower
	MinDelta float64 // an epoch is better only if by more than this; >= 0
	Patience int     // stop after so many epochs in a row that are not better; 0: never
	// Restore loads the best checkpoint when training ends without an error: parameters,
	// optimizer and all. It needs FitOptions.Checkpoint.Dir.
	Restore bool
}

// watch is the state of a Monitor. It is part of a checkpoint.
type watch struct {
	Seen   bool   // whether Best is anything
	Best   number // the number of the best epoch
	Epoch  int    // of Best
	Waited int    // epochs since
}

func (m Monitor) metric() string {
	if m.Metric == "" {
		return lossName
	}
	return m.Metric
}

func (m Monitor) validate(dir string) error {
	return errors.Join(
		refuse(finite(m.MinDelta) && m.MinDelta >= 0, "Monitor.MinDelta", m.MinDelta, "a finite number, at least 0"),
		refuse(m.Patience >= 0, "Monitor.Patience", m.Patience, "at least 0"),
		refuse(!m.Restore || dir != "", "Monitor.Restore", m.Restore, "false without Checkpoint.Dir"),
	)
}

// among returns an error unless the number is the loss or one of these metrics.
func (m Monitor) among(names []string) error {
	if m.metric() == lossName || slices.Contains(names, m.metric()) {
		return nil
	}
	return fmt.Errorf("%w: Monitor.Metric is %q, there is the loss and %q", ErrSettings, m.Metric, names)
}

// see takes in the scores of an epoch and reports whether it is the best so far. NaN never is.
func (m Monitor) see(w *watch, epoch int, s Scores) (best bool, err error) {
	names := make([]string, len(s.Metrics))
	for i, v := range s.Metrics {
		names[i] = v.Name
	}
	if err := m.among(names); err != nil {
		return false, err
	}
	v, _ := s.Metric(m.metric())
	gain := float64(w.Best) - v
	if m.Higher {
		gain = -gain
	}
	if v == v && (!w.Seen || gain > m.MinDelta) {
		*w = watch{Seen: true, Best: number(v), Epoch: epoch}
		return true, nil
	}
	w.Waited++
	return false, nil
}

// exhausted reports whether patience is at its end.
func (m Monitor) exhausted(w watch) bool { return m.Patience > 0 && w.Waited >= m.Patience }
