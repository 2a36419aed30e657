package graph

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Explain writes what the program does: how many nodes each pass found and left and how many loops it
// changed, what is computed again to meet a bound on memory, then every kernel in order of execution
// with where its results are in memory, bodies of loops indented, and the total; kB and MB are thousands
// and millions of bytes. For products it says how they multiply, and once the program has run what share
// of ones they met; after a Profile it says how long each kernel took.
func (p *Program) Explain(w io.Writer) error {
	e := &printer{w: w}
	e.line("inputs")
	for i, n := range p.inputs {
		e.line("  %d %s %v", i, n.op.(argOp).name, n.typ)
	}
	e.line("passes")
	for _, t := range p.trace {
		e.line("  %v", t)
	}
	for _, a := range p.again {
		e.line("  %v", a)
	}
	e.line("kernels")
	e.met, e.took = p.measured()
	e.block(p.block, "  ")
	for _, u := range p.updates {
		how := "copied"
		if u.out.direct {
			how = "in place"
		}
		e.line("  update %s: %s", u.param.Name, how)
	}
	e.line("memory %s planned: %s of values, %s of kernels; %s in parameters",
		size(p.Memory()), size(p.block.size), size(p.Memory()-p.block.size), size(p.parameterBytes()))
	return e.err
}

func (p *Program) parameterBytes() int {
	n := 0
	for _, f := range p.block.fixed {
		if f.node.ParamName() != "" {
			n += f.node.typ.Bytes()
		}
	}
	return n
}

// printer remembers the first error of writing.
type printer struct {
	w    io.Writer
	err  error
	met  map[*stepPlan]events
	took map[*stepPlan]KernelTime // in the last Profile
}

func (e *printer) line(format string, args ...any) {
	if e.err == nil {
		_, e.err = fmt.Fprintf(e.w, format+"\n", args...)
	}
}

func (e *printer) block(b *block, indent string) {
	for _, s := range b.steps {
		if _, isView := b.views[s.out[0]]; isView {
			continue
		}
		var outs []string
		for _, r := range s.out {
			outs = append(outs, fmt.Sprintf("%v@%s", b.types[r], b.where(r)))
		}
		scope := ""
		if s.node.scope != "" {
			scope = s.node.scope + ": "
		}
		e.line("%s%s%s -> %s%s", indent, scope, s.node.op, strings.Join(outs, " "), e.notes(s))
		for _, in := range s.inner {
			e.line("%s  body, %s", indent, size(in.size))
			e.block(in, indent+"    ")
		}
	}
}

// notes says how the kernel of a product works, what it has met so far, and how long a kernel took.
func (e *printer) notes(s *stepPlan) string {
	var notes []string
	for _, n := range []string{s.node.way(), s.node.met(e.met[s]), e.took[s].took()} {
		if n != "" {
			notes = append(notes, n)
		}
	}
	if len(notes) == 0 {
		return ""
	}
	return "  (" + strings.Join(notes, "; ") + ")"
}

// where says where the memory of register r is.
func (b *block) where(r int) string {
	if b.bound[r] {
		return "outside"
	}
	return fmt.Sprint(b.off[r])
}

// size prints a number of bytes.
func size(n int) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

// DOT writes the graph that outs are computed from, in the language of Graphviz; bodies of loops
// are clusters. The outs must be valid, and of one graph.
func DOT(w io.Writer, outs ...*Node) error {
	if len(outs) == 0 {
		return fmt.Errorf("graph: DOT: %w: no node is given", ErrValue)
	}
	for i, o := range outs {
		switch {
		case !o.Valid():
			return errors.Join(fmt.Errorf("graph: DOT: %w: node %d is invalid", ErrValue, i), o.faults())
		case o.g != outs[0].g:
			return fmt.Errorf("graph: DOT: %w: node %d, %v, is of another graph or body than node 0", ErrScope, i, o)
		}
	}
	e := &printer{w: w}
	e.line("digraph {")
	e.line("  rankdir=TB; node [shape=box fontname=\"Helvetica\" fontsize=10];")
	e.dot(unit{outs[0].g, outs}, "n", "  ")
	e.line("}")
	return e.err
}

// faults returns what went wrong in the graph of n, as far as n knows one.
func (n *Node) faults() error {
	if n == nil || n.g == nil {
		return nil
	}
	return n.g.Err()
}

func (e *printer) dot(u unit, prefix, indent string) {
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		label := fmt.Sprintf("%s\n%v", n.op, n.typ)
		if n.scope != "" {
			label = n.scope + ": " + label
		}
		e.line("%s%s%d [label=%q];", indent, prefix, i, label)
		for _, x := range n.in {
			e.line("%s%s%d -> %s%d;", indent, prefix, x.id, prefix, i)
		}
		for k, b := range n.bodies() {
			name := fmt.Sprintf("%s%d_%d_", prefix, i, k)
			e.line("%ssubgraph cluster_%s {", indent, name)
			e.line("%s  label=%q;", indent, n.op.String())
			e.dot(b, name, indent+"  ")
			e.line("%s}", indent)
		}
	}
}
