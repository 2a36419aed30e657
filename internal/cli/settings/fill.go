package settings

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/spikegraph/spikegraph/internal/cli/config"
)

// Field is a setting that a file may give.
type Field struct {
	Key     string // in the table
	What    string // what is expected: "number", "list of whole numbers"
	Default string // "" if it is zero, or what the documentation of the field says
}

// Fill sets the fields of the struct that p points to by the keys of t.
func Fill(t *config.Table, p any) { fill(t, reflect.ValueOf(p).Elem()) }

func fill(t *config.Table, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			fill(t, v.Field(i))
		case settable(f):
			if key := Key(f.Name); t.Has(key) {
				set(t, key, v.Field(i))
			}
		}
	}
}

// Fields returns what Fill reads for the struct v, with the values in v as defaults.
func Fields(v any) []Field { return fields(reflect.ValueOf(v)) }

func fields(v reflect.Value) []Field {
	var all []Field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			all = append(all, fields(v.Field(i))...)
		case settable(f):
			all = append(all, Field{Key(f.Name), what(f.Type), defaultOf(v.Field(i))})
		}
	}
	return all
}

// defaultOf returns a value as a file would have it, "" if it is zero or takes more than a word.
func defaultOf(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if names, ok := enums[v.Type()]; ok {
		n := 0
		if v.CanInt() {
			n = int(v.Int())
		} else {
			n = int(v.Uint())
		}
		return names[n]
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Uint64, reflect.Float64, reflect.Array:
		return fmt.Sprint(v.Interface())
	}
	return ""
}

// settable reports whether a file can give the field. Training is for the trainer to say.
func settable(f reflect.StructField) bool {
	return f.IsExported() && f.Name != "Training" && what(f.Type) != ""
}

// Key returns the key of a field: v_th of VTh, lr of LR.
func Key(field string) string {
	var b strings.Builder
	rs := []rune(field)
	for i, r := range rs {
		if i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// what returns what a type takes, "" if nothing that a file can say.
func what(t reflect.Type) string {
	if s, ok := special[t]; ok {
		return s.what
	}
	if names, ok := enums[t]; ok {
		return strings.Join(present(names), " | ")
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true | false"
	case reflect.Int, reflect.Uint64:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Pointer:
		return onlyIf(t.Elem().Kind() == reflect.Int, "whole number")
	case reflect.Slice, reflect.Array:
		return lists[t.Elem().Kind()]
	case reflect.Struct:
		return onlyIf(len(fields(reflect.Zero(t))) > 0, "table")
	}
	return ""
}

var lists = map[reflect.Kind]string{reflect.Int: "list of whole numbers", reflect.Float64: "list of numbers", reflect.String: "list of texts"}

func onlyIf(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

// set sets one field.
func set(t *config.Table, key string, v reflect.Value) {
	if s, ok := special[v.Type()]; ok {
		s.set(t, key, v)
		return
	}
	if names, ok := enums[v.Type()]; ok {
		setEnum(t, key, v, names)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(t.Bool(key, v.Bool()))
	case reflect.Int:
		v.SetInt(int64(t.Int(key, int(v.Int()))))
	case reflect.Uint64:
		v.SetUint(t.Seed(key, v.Uint()))
	case reflect.Float64:
		v.SetFloat(t.Float(key, v.Float()))
	case reflect.String:
		v.SetString(t.String(key, v.String()))
	case reflect.Pointer:
		n := t.Int(key, 0)
		v.Set(reflect.ValueOf(&n))
	case reflect.Slice, reflect.Array:
		setList(t, key, v)
	case reflect.Struct:
		fill(t.Table(key), v)
	}
}

// setList sets a slice, or an array, whose extent the list must have.
func setList(t *config.Table, key string, v reflect.Value) {
	var list reflect.Value
	switch v.Type().Elem().Kind() {
	case reflect.Int:
		list = reflect.ValueOf(t.Ints(key))
	case reflect.String:
		list = reflect.ValueOf(t.Strings(key))
	default:
		list = reflect.ValueOf(t.Floats(key))
	}
	switch {
	case v.Kind() == reflect.Slice:
		v.Set(list)
	case list.Len() == v.Len():
		reflect.Copy(v, list)
	case !list.IsNil():
		t.Fault(key, "%d numbers: want %d", list.Len(), v.Len())
	}
}
