package graph

import (
	"fmt"
	"reflect"
)

// leaf is a *Node somewhere inside a user's value.
type leaf struct {
	path string
	at   reflect.Value // settable
}

var nodeType = reflect.TypeFor[*Node]()

// leaves lists the nodes inside the value that p points to, in the order of fields and elements:
// of structs, arrays, slices and pointers to structs, nested at will. Anything else in there is
// left as it is. A node that cannot be set, in a field that is not exported, is an error.
func leaves(p any) ([]leaf, error) {
	var out []leaf
	err := walk(reflect.ValueOf(p).Elem(), "", &out)
	return out, err
}

func walk(v reflect.Value, path string, out *[]leaf) error {
	if v.Type() == nodeType {
		if !v.CanSet() {
			return fmt.Errorf("%w: field %s holds a node but is not exported", ErrValue, path)
		}
		*out = append(*out, leaf{path, v})
		return nil
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			if err := walk(v.Field(i), name, out); err != nil {
				return err
			}
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			if err := walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), out); err != nil {
				return err
			}
		}
	}
	return nil
}

// cloneTree returns a copy of v whose nodes can be set without touching v's.
func cloneTree[S any](v S) S {
	c := reflect.New(reflect.TypeFor[S]()).Elem()
	c.Set(reflect.ValueOf(&v).Elem())
	unshare(c)
	return c.Interface().(S)
}

func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				unshare(v.Field(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			unshare(v.Index(i))
		}
	case reflect.Slice:
		if v.IsNil() || !holdsNodes(v.Type().Elem()) {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		v.Set(c)
		for i := range c.Len() {
			unshare(c.Index(i))
		}
	}
}

// holdsNodes reports whether values of type t can have nodes inside.
func holdsNodes(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return t == nodeType
	case reflect.Array, reflect.Slice:
		return holdsNodes(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsNodes(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// nodesOf returns the nodes of the leaves.
func nodesOf(ls []leaf) []*Node {
	ns := make([]*Node, len(ls))
	for i, l := range ls {
		ns[i], _ = l.at.Interface().(*Node)
	}
	return ns
}

// put replaces the nodes of the leaves.
func put(ls []leaf, ns []*Node) {
	for i, l := range ls {
		l.at.Set(reflect.ValueOf(ns[i]))
	}
}
