package settings

import (
	"reflect"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
)

// setting is how a file gives a value of a type.
type setting struct {
	what string
	set  func(t *config.Table, key string, v reflect.Value)
}

// special are the types that are no plain numbers, lists or tables. It is filled by init because
// params and schedules hold others of their kind.
var special map[reflect.Type]setting

func init() {
	special = map[reflect.Type]setting{
		reflect.TypeFor[layers.Param]():      {"number, list or init", as(param)},
		reflect.TypeFor[graph.Surrogate]():   {"surrogate", as(surrogateOf)},
		reflect.TypeFor[optim.Schedule]():    {"number or schedule", as(schedule)},
		reflect.TypeFor[[]optim.Schedule]():  {"tables", as(schedules)},
		reflect.TypeFor[layers.Padding]():    {`"same", "valid" or cells`, as(padding)},
		reflect.TypeFor[layers.Activation](): {"activation", as(activation)},
		reflect.TypeFor[graph.DType]():       {}, // data are Float32
	}
}

// as makes a function of a table and a key one that sets a field. ok is false if a fault was recorded.
func as[T any](f func(t *config.Table, key string) (T, bool)) func(*config.Table, string, reflect.Value) {
	return func(t *config.Table, key string, v reflect.Value) {
		if x, ok := f(t, key); ok {
			v.Set(reflect.ValueOf(x))
		}
	}
}

// kindOf returns the name of a thing that may stand alone or with settings in a table, whose key for
// it is by; t is nil if it stands alone.
func kindOf(t *config.Table, key, by string) (name string, inner *config.Table) {
	if t.Is(key) == "table" {
		inner = t.Table(key)
		return inner.String(by, ""), inner
	}
	return t.String(key, ""), nil
}

// refuseKind records that there is no such name.
func refuseKind(t *config.Table, key, by string, inner *config.Table, names []string) {
	inner.Skip()
	if inner == nil {
		t.Wrong(key, "one of "+strings.Join(names, ", "))
		return
	}
	if !inner.Has(by) {
		inner.Fault("", "the key %s is missing: want one of %s", by, strings.Join(names, ", "))
		return
	}
	inner.Wrong(by, "one of "+strings.Join(names, ", "))
}

func surrogateOf(t *config.Table, key string) (graph.Surrogate, bool) {
	if k := t.Is(key); k != "table" && k != "text" {
		t.Wrong(key, `the name of a surrogate, or a table such as { type = "arctan", alpha = 2 }`)
		return nil, false
	}
	name, inner := kindOf(t, key, "type")
	all := surrogate.All()
	i := slices.IndexFunc(all, func(k surrogate.Kind) bool { return same(k.Name, name) })
	if i < 0 {
		refuseKind(t, key, "type", inner, Surrogates())
		return nil, false
	}
	params := map[string]float64{}
	for _, p := range all[i].Params {
		if inner.Has(p) {
			params[p] = inner.Float(p, 0)
		}
	}
	s, err := all[i].New(params)
	if err != nil {
		t.Fault(key, "%v", err)
		return nil, false
	}
	return s, true
}

// Surrogates returns the names of surrogates.
func Surrogates() []string {
	var names []string
	for _, k := range surrogate.All() {
		names = append(names, k.Name)
	}
	return names
}

func activation(t *config.Table, key string) (layers.Activation, bool) {
	a := t.OneOf(key, "", Activations()...)
	return layers.Activation(a), a != ""
}

// Activations returns the names of activations.
func Activations() []string {
	var names []string
	for _, n := range layers.Activation("").Names() {
		names = append(names, string(n))
	}
	return names
}

func padding(t *config.Table, key string) (layers.Padding, bool) {
	switch t.Is(key) {
	case "text":
		switch t.OneOf(key, "", "same", "valid") {
		case "same":
			return layers.Same, true
		case "valid":
			return layers.Valid, true
		}
		return nil, false
	case "table":
		inner := t.Table(key)
		low, high := inner.Ints("low"), inner.Ints("high")
		if len(low) != len(high) {
			inner.Fault("", "low has %d numbers and high %d: want one of each for every axis", len(low), len(high))
			return nil, false
		}
		var p layers.Pads
		for i := range low {
			p = append(p, [2]int{low[i], high[i]})
		}
		return p, true
	}
	n := t.Ints(key)
	return layers.Around(n), n != nil
}

// same compares names as keys are compared.
func same(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, "_", ""), strings.ReplaceAll(b, "_", ""))
}
