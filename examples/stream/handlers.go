package main

import (
	"errors"
	"net/http"
	"slices"
	"time"
)

// info is what there is to see of a model.
type info struct {
	Name      string   `json:"name"`
	Settings  Settings `json:"settings"`
	Next      uint64   `json:"next"`      // number of the next update
	Snapshots []uint64 `json:"snapshots"` // that can be rolled back to
	Bytes     int64    `json:"bytes"`     // of memory, at most
}

func (s *server) list(w http.ResponseWriter, _ *http.Request) {
	s.models.mu.Lock()
	names := []string{}
	for name, d := range s.models.models {
		if d != nil {
			names = append(names, name)
		}
	}
	s.models.mu.Unlock()
	slices.Sort(names)
	s.give(w, names)
}

func (s *server) show(w http.ResponseWriter, r *http.Request) {
	d, err := s.models.get(r.PathValue("name"))
	if err != nil {
		s.refuse(w, err)
		return
	}
	d.mu.Lock()
	i := info{r.PathValue("name"), d.m.s, d.journal.Next(), append([]uint64{}, d.snapshots...), d.m.s.bytes()}
	err = d.gone
	d.mu.Unlock()
	s.give(w, i, err)
}

func (s *server) create(w http.ResponseWriter, r *http.Request) {
	start, set := time.Now(), defaultSettings()
	err := s.body(r, &set)
	set = set.filled()
	if err == nil {
		err = s.models.create(r.PathValue("name"), set)
	}
	s.stats.took("create", 1, time.Since(start))
	s.give(w, set, err)
}

func (s *server) delete(w http.ResponseWriter, r *http.Request) {
	s.give(w, map[string]string{"deleted": r.PathValue("name")}, s.models.delete(r.PathValue("name")))
}

func (s *server) snapshot(w http.ResponseWriter, r *http.Request) {
	var none struct{}
	err := s.body(r, &none)
	a, err := s.one(r, update{Op: "snapshot"}, err)
	s.give(w, map[string]uint64{"snapshot": a.N}, err)
}

func (s *server) rollback(w http.ResponseWriter, r *http.Request) {
	u := struct {
		Snapshot *uint64 `json:"snapshot"`
	}{}
	err := s.body(r, &u)
	if err == nil && u.Snapshot == nil {
		err = refusal(http.StatusBadRequest, `expected {"snapshot":N}`)
	}
	a, err := s.one(r, update{Op: "rollback", Snapshot: u.Snapshot}, err)
	s.give(w, a, err)
}

// one makes a single update, unless there was an error already.
func (s *server) one(r *http.Request, u update, err error) (answer, error) {
	at, bad := position(r)
	d, missing := s.models.get(r.PathValue("name"))
	if err = errors.Join(err, bad, missing); err != nil {
		return answer{}, err
	}
	start := time.Now()
	answers, err := d.do(at, u)
	if err != nil {
		return answer{}, err
	}
	s.stats.took(u.Op, 1, time.Since(start))
	return answers[0], answers[0].err
}
