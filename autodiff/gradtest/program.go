package gradtest

import "github.com/spikegraph/spikegraph/graph"

// program is a compiled program of which some results have no element.
type program struct {
	*graph.Program
	at []int // where a result is among the program's, -1 if it is empty
}

func (k *checker) program(o graph.Options, outs ...*graph.Node) (*program, error) {
	p := &program{}
	var filled []*graph.Node
	for _, n := range outs {
		at := -1
		if !n.Valid() || n.Shape().Size() > 0 {
			at = len(filled)
			filled = append(filled, n)
		}
		p.at = append(p.at, at)
	}
	var err error
	if p.Program, err = k.g.CompileWith(o, filled...); err != nil {
		return nil, err
	}
	return p, nil
}

// results returns the values of the results at the current point.
func (k *checker) results(p *program) ([][]float64, error) {
	res, err := p.Run(k.feed...)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(p.at))
	for i, at := range p.at {
		if at >= 0 {
			out[i] = res[at].Float64s()
		}
	}
	return out, nil
}
