package graph

// holds says whether the tensors of a store are held; runs read it under the store's lock.
type holds struct {
	open int    // not released yet
	last uint64 // number of the latest
}

// Hold promises that until release is called parameters are written by programs alone, or by those
// who say so with Param.Wrote. What a kernel made of a parameter, such as the packed form of lists of
// connections, it then takes for good from run to run; without the promise each run reads the
// parameter to see whether it is still the same, which takes longer than a short program. It waits
// for runs that are under way. Holds may overlap; release may be called once.
func (s *Store) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds.open++
	s.holds.last++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.holds.open--
	}
}

// Wrote says that the elements of Value were written, by other than a program: see Store.Hold.
func (p *Param) Wrote() { p.version.Add(1) }

// stamp tells the values of two parameters apart while a store is held; the zero stamp is of none.
type stamp struct{ hold, a, b uint64 }

// stampOf returns the stamp of what the parameters a and b are now, zero where nobody promises that
// it tells of every change.
func (s *Store) stampOf(a, b *Param) stamp {
	if s == nil || s.holds.open == 0 || a == nil || b == nil {
		return stamp{}
	}
	return stamp{s.holds.last, a.version.Load(), b.version.Load()}
}

// param returns the parameter that n is, nil if it is none or s is nil.
func (s *Store) param(n *Node) *Param {
	if s == nil {
		return nil
	}
	return s.byName[n.ParamName()]
}
