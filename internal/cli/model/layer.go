package model

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// Layer is a layer of a network, as the file has it.
type Layer struct {
	Name, Type string
	Settings   any    // of package layers; sizes that the file leaves out are found by Open
	In, Out    string // shapes of one sample, in one step: "[28 28 1]"; set by Open
	at         *config.Table
	kind       LayerKind
	back       *Layer   // from the neurons to themselves
	inside     []*Layer // of a skip
	nodes      int      // of the state
	in, out    []int    // In and Out
}

// readLayers reads the tables of layers.
func readLayers(ts []*config.Table, names map[string]int) []*Layer {
	var ls []*Layer
	for _, t := range ts {
		if l := readLayer(t, "", names); l != nil {
			ls = append(ls, l)
		}
	}
	return ls
}

// readLayer reads a layer. Without a name it gets the one given, or its type and a number.
func readLayer(t *config.Table, name string, names map[string]int) *Layer {
	kinds := LayerKinds()
	var types []string
	for _, k := range kinds {
		types = append(types, k.Name)
	}
	if !t.Has("type") {
		t.Fault("", "the key type is missing: want one of %s", strings.Join(types, ", "))
	}
	i := slices.Index(types, t.OneOf("type", "", types...))
	if i < 0 {
		t.Skip()
		return nil
	}
	l := &Layer{Type: types[i], at: t, kind: kinds[i], Settings: settings.Of(t, kinds[i].Kind)}
	if name == "" {
		names[l.Type]++
		name = fmt.Sprintf("%s%d", l.Type, names[l.Type])
	}
	if l.Name = t.String("name", name); names["name "+l.Name] > 0 {
		t.Fault("name", "%q: want a name that no other layer has", l.Name)
	}
	names["name "+l.Name]++
	if l.Type == "skip" {
		l.inside = readLayers(t.Tables("layers"), names)
	}
	if b := t.Table("recurrent"); b != nil {
		l.back = readLayer(b, l.Name+"_recurrent", names)
	}
	return l
}

// place puts the layer in a graph.
func (l *Layer) place(g *graph.Graph, dt float64, training bool) cell {
	if l.Type == "skip" {
		var cells []cell
		for _, in := range l.inside {
			cells = append(cells, in.place(g, dt, training))
		}
		of := chain(cells)
		return cell{nodes: of.nodes, step: func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			y, next := of.step(x, s)
			return x.Add(y), next
		}}
	}
	c := l.kind.place(withTraining(l.Settings, training), g, l.Name, dt)
	if l.back != nil {
		c = recurrent(c, l.back.place(g, dt, training))
	}
	return c
}

// withTraining returns settings whose field Training, if they have one, says what the layer is for.
func withTraining(p any, training bool) any {
	f, ok := reflect.TypeOf(p).FieldByName("Training")
	if !ok {
		return p
	}
	v := reflect.New(reflect.TypeOf(p)).Elem()
	v.Set(reflect.ValueOf(p))
	v.FieldByIndex(f.Index).SetBool(training)
	return v.Interface()
}

// size finds the sizes that the file leaves out, given the shape of a batch of one sample in one step,
// and returns the shape that comes out. A fault of the layer is recorded; ok is false then.
func (l *Layer) size(d graph.DType, in []int, dt float64) (out []int, ok bool) {
	l.in, l.In = in[1:], graph.Shape(in[1:]).String()
	if l.Type == "skip" {
		out, ok = in, true
		for _, inner := range l.inside {
			if out, ok = inner.size(d, out, dt); !ok {
				return nil, false
			}
		}
	} else {
		l.Settings = sized(l.Settings, in)
	}
	if l.back != nil {
		whole := *l
		whole.back = nil
		if out, ok = whole.size(d, in, dt); !ok {
			return nil, false
		}
		l.back.Settings = setSize(sized(l.back.Settings, out), "Out", out[len(out)-1])
		l.back.In, l.back.Out, l.back.in, l.back.out = whole.Out, whole.Out, whole.out, whole.out
		if l.back.place(graph.New(), dt, false).nodes > 0 {
			l.back.at.Fault("type", "%q: want a layer without state", l.back.Type)
			return nil, false
		}
	}
	return l.try(d, in, dt)
}

// callers is where in the program a fault of a graph came about, which is of no use to who wrote a file.
var callers = regexp.MustCompile(`(?m)^graph: |[\w./-]+\.go:\d+: `)

// try places the layer in a graph of its own and takes one step.
func (l *Layer) try(d graph.DType, in []int, dt float64) (out []int, ok bool) {
	g := graph.New()
	x := g.Input("x", d, in...)
	c := l.place(g, dt, false)
	l.nodes = c.nodes
	y, _ := c.step(x, make([]*graph.Node, c.nodes))
	if _, err := g.Compile(y); err != nil {
		l.at.Fault("", "%s", callers.ReplaceAllString(err.Error(), ""))
		return nil, false
	}
	if y.Rank() < 2 {
		l.at.Fault("", "%s: its output is %v: want [B ...]", l.Name, y.Type())
		return nil, false
	}
	l.out, l.Out = y.Shape()[1:], graph.Shape(y.Shape()[1:]).String()
	return y.Shape(), true
}

// sized returns settings with the sizes that follow from the input's shape [1 ...] filled in.
func sized(p any, in []int) any {
	last, t := in[len(in)-1], reflect.TypeOf(p)
	_, hasIn := t.FieldByName("In")
	p = setSize(p, "In", last)
	p = setSize(p, "Inputs", last)
	p = setSize(p, "Channels", last)
	if f, ok := t.FieldByName("Size"); ok && f.Type == reflect.TypeFor[[]int]() && len(in) > 2 {
		p = setSize(p, "Size", in[1:len(in)-1])
	}
	_, hasN := t.FieldByName("N")
	f, hasShape := t.FieldByName("Shape")
	hasShape = hasShape && f.Type == reflect.TypeFor[[]int]()
	switch {
	case hasIn || hasShape && given(p, "Shape") || hasN && given(p, "N"):
	case hasShape && (len(in) > 2 || !hasN):
		p = setSize(p, "Shape", in[1:])
	case hasN:
		p = setSize(p, "N", last)
	}
	return p
}

// given reports whether a field is not zero.
func given(p any, field string) bool { return !reflect.ValueOf(p).FieldByName(field).IsZero() }

// setSize returns settings with a field set, if they have it and it is zero.
func setSize(p any, field string, size any) any {
	v := reflect.New(reflect.TypeOf(p)).Elem()
	v.Set(reflect.ValueOf(p))
	if f := v.FieldByName(field); f.IsValid() && f.IsZero() && f.Type() == reflect.TypeOf(size) {
		f.Set(reflect.ValueOf(size))
	}
	return v.Interface()
}
