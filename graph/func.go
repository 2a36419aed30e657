package graph

import (
	"fmt"
	"slices"
	"sync"

	"gorgonia.org/tensor"
)

// FuncPrograms is the number of programs that a Func keeps. One more drops the one that was not
// called for the longest time.
const FuncPrograms = 64

// A Func is a function of tensors that is compiled when it is called: for every combination of
// element types and shapes of its arguments once. Another batch size is just another program; all
// of them share the parameters of one store. A Func may be called by many goroutines.
type Func struct {
	store *Store
	opts  Options
	trace func(g *Graph, in []*Node) []*Node

	mu       sync.Mutex
	programs []*funcProgram // the last called first
	building sync.Mutex     // one program is made at a time
}

// funcProgram is the program for arguments of the given types.
type funcProgram struct {
	types []Type
	prog  *Program
}

// NewFunc returns the function that trace builds in the graph it is given, from the inputs, named
// x0, x1, …, to the results. trace runs once for each new combination of types, while nothing else
// runs on the store: it must not run programs itself. A store of nil is a new one.
func NewFunc(s *Store, o Options, trace func(g *Graph, in []*Node) []*Node) *Func {
	if s == nil {
		s = NewStore(0)
	}
	return &Func{store: s, opts: o, trace: trace}
}

// Store returns where the function's parameters live.
func (f *Func) Store() *Store { return f.store }

// Call computes the function. The results are new tensors. Errors are those of Compile, for
// arguments that do not fit, and of Run.
func (f *Func) Call(in ...*tensor.Dense) ([]*tensor.Dense, error) {
	p, err := f.programFor(in)
	if err != nil {
		return nil, err
	}
	return p.Run(in...)
}

// CallInto is Call with results written into tensors of the right types, as Program.RunInto does.
// Once the program is there it does not allocate.
func (f *Func) CallInto(out []*tensor.Dense, in ...*tensor.Dense) error {
	p, err := f.programFor(in)
	if err != nil {
		return err
	}
	return p.RunInto(out, in...)
}

// Program returns the program for arguments of the given types, compiled if there is none yet.
func (f *Func) Program(types ...Type) (*Program, error) {
	types = slices.Clone(types)
	for i := range types {
		types[i].Shape = append(Shape{}, types[i].Shape...)
	}
	same := func(p *funcProgram) bool { return slices.EqualFunc(p.types, types, Type.Equal) }
	if p := f.find(same); p != nil {
		return p, nil
	}
	return f.build(types, same)
}

// programFor returns the program for the types of the tensors in.
func (f *Func) programFor(in []*tensor.Dense) (*Program, error) {
	for i, x := range in {
		if x == nil {
			return nil, fmt.Errorf("graph: Func: input x%d: %w: the tensor is nil", i, ErrValue)
		}
		if DTypeOf(x) == Invalid {
			return nil, fmt.Errorf("graph: Func: input x%d: %w: tensors of %v are not supported", i, ErrDType, x.Dtype())
		}
	}
	same := func(p *funcProgram) bool { return p.takes(in) }
	if p := f.find(same); p != nil {
		return p, nil
	}
	types := make([]Type, len(in))
	for i, x := range in {
		types[i] = Type{DTypeOf(x), append(Shape{}, x.Shape()...)}
	}
	return f.build(types, same)
}

// takes reports whether the tensors are of the program's types.
func (p *funcProgram) takes(in []*tensor.Dense) bool {
	if len(in) != len(p.types) {
		return false
	}
	for i, t := range p.types {
		if in[i].Dtype() != t.DType.Tensor() || !slices.Equal([]int(in[i].Shape()), t.Shape) {
			return false
		}
	}
	return true
}

// find returns a program that is there, and makes it the last called.
func (f *Func) find(same func(*funcProgram) bool) *Program {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.programs, same)
	if i < 0 {
		return nil
	}
	p := f.programs[i]
	copy(f.programs[1:i+1], f.programs[:i])
	f.programs[0] = p
	return p.prog
}

// build makes the program for types, unless another goroutine has made it meanwhile.
func (f *Func) build(types []Type, same func(*funcProgram) bool) (*Program, error) {
	f.building.Lock()
	defer f.building.Unlock()
	if p := f.find(same); p != nil {
		return p, nil
	}
	p, err := f.compile(types)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.programs) == FuncPrograms {
		f.programs = slices.Delete(f.programs, FuncPrograms-1, FuncPrograms)
	}
	f.programs = slices.Insert(f.programs, 0, &funcProgram{types, p})
	return p, nil
}

// compile traces the function. New parameters enter the store, so no program may run on it.
func (f *Func) compile(types []Type) (*Program, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if f.trace == nil {
		return nil, fmt.Errorf("graph: Func: %w: the function to trace is nil", ErrValue)
	}
	g := NewIn(f.store)
	in := make([]*Node, len(types))
	for i, t := range types {
		in[i] = g.Input(fmt.Sprintf("x%d", i), t.DType, t.Shape...)
	}
	return g.CompileWith(f.opts, f.trace(g, in)...)
}
