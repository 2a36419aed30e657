package settings

import (
	"reflect"

	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/layers"
)

// Kind is a thing that a file names: an initializer, a schedule, an optimizer.
type Kind struct {
	Name     string
	Settings any // a struct with the defaults
}

// Inits are the initializers of constants and weights.
var Inits = []Kind{
	{"uniform", layers.Uniform{}},
	{"normal", layers.Normal{}},
	{"truncated_normal", layers.TruncatedNormal{Std: 1, Lo: -2, Hi: 2}},
	{"log_normal", layers.LogNormal{}},
	{"gamma", layers.Gamma{}},
	{"exponential", layers.Exponential{}},
	{"xavier_uniform", layers.XavierUniform()},
	{"xavier_normal", layers.XavierNormal()},
	{"kaiming_uniform", layers.KaimingUniform()},
	{"kaiming_normal", layers.KaimingNormal()},
	{"lecun_uniform", layers.LecunUniform()},
	{"lecun_normal", layers.LecunNormal()},
	{"variance_scaling", layers.XavierNormal()},
	{"orthogonal", layers.NewOrthogonal()},
	{"delta_orthogonal", layers.NewDeltaOrthogonal()},
	{"identity", layers.Identity{Scale: 1}},
}

// param reads a constant or a weight: a number, a list, the name of an initializer, or a table. A table
// has the initializer under init, or value in its place, and may say train, fix, shared, through.
func param(t *config.Table, key string) (layers.Param, bool) {
	switch t.Is(key) {
	case "number":
		return layers.Const(t.Float(key, 0)), true
	case "list":
		x := t.Floats(key)
		return layers.Values(x), x != nil
	case "text":
		p, ok := Make[layers.Param](t, key, "init", Inits)
		return p, ok
	case "table":
		return tuned(t, key)
	}
	t.Wrong(key, `a number, a list of numbers, the name of an init, or a table such as { init = "normal", std = 0.1 }`)
	return nil, false
}

// tuned reads the table of a constant.
func tuned(t *config.Table, key string) (layers.Param, bool) {
	inner := t.Table(key)
	var p layers.Param
	ok := true
	if inner.Has("value") {
		p, ok = param(inner, "value")
	} else if inner.Has("init") {
		p, ok = Make[layers.Param](t, key, "init", Inits)
	}
	train, fix, shared := inner.Bool("train", false), inner.Bool("fix", false), inner.Bool("shared", false)
	through := layers.Raw
	if inner.Has("through") {
		set(inner, "through", reflect.ValueOf(&through).Elem())
	}
	if !ok {
		return nil, false
	}
	switch {
	case train && fix:
		inner.Fault("", "train and fix: want one of them")
		return nil, false
	case !train && !fix && (shared || through != layers.Raw):
		inner.Fault("", "shared and through belong to what is stored: want train or fix besides")
		return nil, false
	case !train && !fix && p == nil:
		inner.Fault("", "the table is empty: want init, value, train or fix")
		return nil, false
	case !train && !fix:
		return p, true
	}
	tuned := layers.Train(p)
	if fix {
		tuned = layers.Fix(p)
	}
	if shared {
		tuned = tuned.Shared()
	}
	return tuned.Through(through), true
}

// Make returns the thing of the kinds that a key names, with the settings in its table, of which by is
// the key with the name.
func Make[T any](t *config.Table, key, by string, kinds []Kind) (made T, ok bool) {
	name, inner := kindOf(t, key, by)
	for _, k := range kinds {
		if same(k.Name, name) {
			made, ok = Of(inner, k).(T)
			return made, ok
		}
	}
	refuseKind(t, key, by, inner, Names(kinds))
	return made, false
}

// Of returns the settings of a kind, changed by the keys of t.
func Of(t *config.Table, k Kind) any {
	p := reflect.New(reflect.TypeOf(k.Settings))
	p.Elem().Set(reflect.ValueOf(k.Settings))
	if p.Elem().Kind() == reflect.Struct {
		fill(t, p.Elem())
	}
	return p.Elem().Interface()
}

// Names returns the names of kinds.
func Names(kinds []Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}
