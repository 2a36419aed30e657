package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// durable is a model whose updates outlast the process. Its files, all in one folder, are
//
//	NAME.settings      what the model is; it is there from when it is made to when it is deleted
//	NAME.state-N       the model after its first N updates
//	NAME.snapshot-N    the model as it was at update N, a snapshot
//	NAME.journal       the updates since
//
// An update is first in the journal, on disk, and then made: what came after the last state is made
// again when the model is opened. Snapshots are never changed, and go when a new state is written, so
// that the updates since find those that they found before.
type durable struct {
	path string // without the endings
	l    limits

	mu        sync.Mutex
	m         *model
	journal   journal
	base      uint64   // updates in the state on disk
	snapshots []uint64 // that can be rolled back to, in order
	files     int      // snapshots made since base, all of which are still on disk
	gone      error    // why it takes no more updates
}

// journal keeps updates: a *checkpoint.Journal, which Append leaves when they are on disk.
type journal interface {
	Append(records ...[]byte) error
	Next() uint64
	Size() int64
	Restart() error
	Close() error
}

// update is a line of the journal. What a client sends is checked before it comes there.
type update struct {
	Op       string    `json:"op,omitempty"` // predict, learn, snapshot, rollback
	X        []float64 `json:"x,omitempty"`
	Y        []float64 `json:"y,omitempty"`
	Snapshot *uint64   `json:"snapshot,omitempty"` // of a rollback
}

// answer is the line that tells of an update.
type answer struct {
	N uint64    `json:"n"`
	Y []float64 `json:"y,omitempty"`

	err error
}

// openDurable returns the model as its last update left it.
func openDurable(path string, s Settings, l limits) (*durable, error) {
	m, err := newModel(s)
	if err != nil {
		return nil, err
	}
	d := &durable{path: path, l: l, m: m}
	if err := d.load(); err != nil {
		return nil, err
	}
	kept, err := checkpoint.OpenJournal(path+".journal", func(n uint64, record []byte) error {
		var u update
		if n < d.base {
			return nil
		}
		if err := json.Unmarshal(record, &u); err != nil {
			return err
		}
		d.make(n, u)
		return d.gone
	})
	if err == nil && kept.Next() < d.base {
		err = errors.Join(fmt.Errorf("the journal ends at update %d, the state is of %d", kept.Next(), d.base), kept.Close())
	}
	if d.journal = kept; l.disk != nil {
		d.journal = l.disk(kept)
	}
	return d, err
}

// do makes updates, once they are on disk, and returns what the model said to each. If at is given,
// the first has to have that number.
func (d *durable) do(at *uint64, us ...update) ([]answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone != nil {
		return nil, d.gone
	}
	n := d.journal.Next()
	if at != nil && *at != n {
		return nil, refusal(http.StatusConflict, "update %d is next, not %d", n, *at)
	}
	records := make([][]byte, len(us))
	for i, u := range us {
		if u.Snapshot != nil && !slices.Contains(d.snapshots, *u.Snapshot) {
			return nil, refusal(http.StatusNotFound, "no snapshot %d, only %v", *u.Snapshot, d.snapshots)
		}
		var err error
		if records[i], err = json.Marshal(u); err != nil {
			return nil, err
		}
	}
	if err := d.journal.Append(records...); err != nil {
		d.gone = refusal(http.StatusServiceUnavailable, "%v", err)
		return nil, d.gone
	}
	answers := make([]answer, len(us))
	for i, u := range us {
		answers[i] = d.make(n+uint64(i), u)
	}
	return answers, errors.Join(d.gone, d.compactIfDue())
}

// make makes update n. What comes of it depends on the updates before alone.
func (d *durable) make(n uint64, u update) answer {
	a := answer{N: n}
	switch u.Op {
	case "predict":
		a.Y, a.err = d.m.predict(u.X)
	case "learn":
		a.Y, a.err = d.m.learn(u.X, u.Y)
	case "snapshot":
		d.fail(d.m.t.Save(d.file("snapshot", n)))
		d.keep(n)
	case "rollback":
		d.fail(d.m.t.Load(d.file("snapshot", *u.Snapshot)))
	default:
		d.fail(fmt.Errorf("the journal has an update %q", u.Op))
	}
	if a.err != nil {
		a.err = refusal(http.StatusUnprocessableEntity, "update %d: %v", n, a.err)
	}
	return a
}

// keep adds a snapshot to those that can be rolled back to; the oldest goes.
func (d *durable) keep(n uint64) {
	d.snapshots, d.files = append(d.snapshots, n), d.files+1
	d.snapshots = d.snapshots[max(0, len(d.snapshots)-d.l.snapshots):]
}

// fail has the model take no more updates: it is not what it would be after a restart.
func (d *durable) fail(err error) {
	if err != nil && d.gone == nil {
		d.gone = refusal(http.StatusServiceUnavailable, "%v", err)
	}
}

// close ends the use of the model, for that reason.
func (d *durable) close(why error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone == nil {
		d.gone = why
	}
	return d.journal.Close()
}
