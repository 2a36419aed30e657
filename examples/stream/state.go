package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// load takes over the last state on disk.
func (d *durable) load() error {
	states, err := d.numbers("state")
	if err != nil || len(states) == 0 {
		return err
	}
	d.base = states[len(states)-1]
	snapshots, err := d.numbers("snapshot")
	if err != nil {
		return err
	}
	for _, n := range snapshots {
		if n < d.base { // the journal makes the later ones again
			d.keep(n)
		}
	}
	d.files = 0
	return d.m.t.Load(d.file("state", d.base))
}

// compactIfDue writes the state in place of a journal that has become long, or has many snapshots.
func (d *durable) compactIfDue() error {
	n := d.journal.Next()
	due := n-d.base >= d.l.compact || d.journal.Size() >= d.l.journal || d.files > d.l.snapshots
	if !due || d.gone != nil {
		return nil
	}
	err := d.m.t.Save(d.file("state", n))
	if err == nil {
		d.base, d.files = n, 0
		err = d.journal.Restart()
	}
	if err != nil {
		d.fail(err)
		return d.gone
	}
	return d.clean()
}

// clean deletes the files that are not needed any more.
func (d *durable) clean() error {
	var all []error
	for kind, keep := range map[string][]uint64{"state": {d.base}, "snapshot": d.snapshots} {
		have, err := d.numbers(kind)
		all = append(all, err)
		for _, n := range have {
			if !slices.Contains(keep, n) {
				all = append(all, os.Remove(d.file(kind, n)))
			}
		}
	}
	return errors.Join(all...)
}

// file returns the name of a file that holds the model at update n.
func (d *durable) file(kind string, n uint64) string {
	return fmt.Sprintf("%s.%s-%020d", d.path, kind, n)
}

// numbers returns those of the files of a kind, in order.
func (d *durable) numbers(kind string) (all []uint64, err error) {
	prefix := d.path + "." + kind + "-"
	names, err := filepath.Glob(prefix + strings.Repeat("[0-9]", 20))
	for _, name := range names {
		n, err := strconv.ParseUint(name[len(prefix):], 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return all, err
}
