package nir

import (
	"slices"
	"strings"
)

// cut makes late one edge of every cycle: the last of it that leaves a unit with a memory, counted from
// where the input first meets the cycle, or where that leads to the Output of a sub-graph, the edge that leaves this. So
// feedback waits for the next step, and what leads on does not. Errors: ErrUnsupported for a cycle without memory.
func (f *flat) cut() error {
	for {
		cycle := f.cycle()
		if cycle == nil {
			return nil
		}
		i := len(cycle) - 1
		for i >= 0 && !f.units[cycle[i].from].kind.memory {
			i--
		}
		if i < 0 {
			var names []string
			for _, e := range cycle {
				names = append(names, f.units[e.from].name)
			}
			return unsupported(names[0], "the cycle %s has no neuron or delay in it", strings.Join(names, " → "))
		}
		for i < len(cycle)-1 && f.units[cycle[i].to].passes() { // what leaves a sub-graph may lead on, too
			i++
		}
		late := cycle[i]
		to := f.units[late.to]
		for k := range to.in {
			to.in[k].late = to.in[k].late || to.in[k].from == late.from
		}
		f.units[late.from].kept = true
	}
}

// cycle returns the edges of a cycle in which none is late, in their order, nil if there is none. It
// begins where a walk from the input, and then from the other units, first met it.
func (f *flat) cycle() []wire {
	next := make([][]wire, len(f.units))
	for to, u := range f.units {
		for _, s := range u.in {
			if !s.late {
				next[s.from] = append(next[s.from], wire{s.from, to})
			}
		}
	}
	const fresh, open, done = 0, 1, 2
	state := make([]int, len(f.units))
	var path []wire
	var walk func(u int) []wire
	walk = func(u int) []wire {
		state[u] = open
		for _, e := range next[u] {
			path = append(path, e)
			if state[e.to] == open {
				from := slices.IndexFunc(path, func(p wire) bool { return p.from == e.to })
				return path[from:]
			}
			if state[e.to] == fresh {
				if c := walk(e.to); c != nil {
					return c
				}
			}
			path = path[:len(path)-1]
		}
		state[u] = done
		return nil
	}
	if c := walk(f.input); c != nil {
		return c
	}
	for u := range f.units {
		if state[u] == fresh {
			if c := walk(u); c != nil {
				return c
			}
		}
	}
	return nil
}

// order returns the units such that each stands behind what gives to it in the same step. There are no
// cycles left.
func (f *flat) order() []int {
	waits := make([]int, len(f.units))
	for i, u := range f.units {
		for _, s := range u.in {
			if !s.late {
				waits[i]++
			}
		}
	}
	var out []int
	for len(out) < len(f.units) {
		i := slices.Index(waits, 0)
		waits[i] = -1
		out = append(out, i)
		for to, u := range f.units {
			for _, s := range u.in {
				if s.from == i && !s.late {
					waits[to]--
				}
			}
		}
	}
	return out
}

// shapes finds what comes in and goes out of every unit, from the Input on, and builds them. Errors:
// ErrUnsupported.
func (f *flat) shapes(o Options) error {
	todo := []int{f.input}
	known := make([]bool, len(f.units))
	known[f.input] = true
	for ; len(todo) > 0; todo = todo[1:] {
		u := f.units[todo[0]]
		if err := u.build(o); err != nil {
			return err
		}
		for i, to := range f.units {
			if !known[i] && slices.ContainsFunc(to.in, func(s source) bool { return s.from == todo[0] }) {
				known[i], to.shape = true, u.out
				todo = append(todo, i)
			}
		}
	}
	for i, u := range f.units {
		if !known[i] {
			return unsupported(u.name, "nothing reaches it from the Input")
		}
		for _, s := range u.in {
			if from := f.units[s.from]; !slices.Equal(from.out, u.shape) {
				return unsupported(u.name, "%q brings %v, others %v", from.name, from.out, u.shape)
			}
		}
	}
	return nil
}
