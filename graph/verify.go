package graph

import "fmt"

// verify checks that a graph is whole: inputs before users, types as the ops infer them, bodies
// that fit their loops. It guards the passes against themselves.
func verify(u unit) error {
	for i, n := range u.g.nodes {
		if n.id != i || n.g != u.g || !n.okay {
			return fmt.Errorf("%v is out of place", n)
		}
		types := make([]Type, len(n.in))
		for j, x := range n.in {
			if x.g != u.g || x.id >= n.id {
				return fmt.Errorf("%v reads %v, which does not come before it", n, x)
			}
			types[j] = x.typ
		}
		if err := verifyType(n, types); err != nil {
			return fmt.Errorf("%v: %w", n, err)
		}
		if l := n.Loop(); l != nil {
			if err := verifyLoop(n, l); err != nil {
				return fmt.Errorf("%v: %w", n, err)
			}
		}
		for _, b := range n.bodies() {
			if err := verify(b); err != nil {
				return fmt.Errorf("in the body of %v: %w", n, err)
			}
		}
	}
	return nil
}

func verifyType(n *Node, in []Type) error {
	switch o := n.op.(type) {
	case argOp, savedOp:
		return nil
	case resultOp:
		if o.index >= len(n.in[0].tuple) || !n.in[0].tuple[o.index].Equal(n.typ) {
			return fmt.Errorf("there is no such result")
		}
		return nil
	case multi:
		ts, err := o.inferAll(in)
		if err == nil && len(ts) != len(n.tuple) {
			err = fmt.Errorf("%d results, want %d", len(n.tuple), len(ts))
		}
		return err
	}
	t, err := n.op.Infer(in)
	if err == nil && !t.Equal(n.typ) {
		err = fmt.Errorf("the type is %v, want %v", n.typ, t)
	}
	return err
}

func verifyLoop(n *Node, l *LoopSpec) error {
	args := l.Args()
	if len(args) != len(n.in) || len(l.Next) != len(l.Carried) {
		return fmt.Errorf("%d inputs for %d placeholders, %d values carried and %d returned", len(n.in), len(args), len(l.Carried), len(l.Next))
	}
	for i, a := range args {
		want := n.in[i].typ
		if k := i - len(l.Carried); k >= 0 && k < len(l.Seqs) {
			if len(want.Shape) == 0 || want.Shape[0] != l.Steps {
				return fmt.Errorf("sequence %d is %v, the loop has %d steps", k, want, l.Steps)
			}
			want = Type{want.DType, want.Shape[1:]}
		}
		if a.g != l.Body || !l.split.outer(a.typ, l.split.shareOf(i)).Equal(want) {
			return fmt.Errorf("placeholder %v stands for %v", a, want)
		}
	}
	for i, x := range l.Next {
		if x.g != l.Body || !x.typ.Equal(l.Carried[i].typ) {
			return fmt.Errorf("%v is carried as %v", l.Carried[i], x)
		}
	}
	return nil
}
