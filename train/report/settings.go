package report

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Setting is a row of a Page's table of settings.
type Setting struct{ Name, Value string }

// Settings returns the settings in v, a struct or a pointer to one, such as a trainer: exported
// fields that are numbers, texts or booleans and not zero, or lists of them, by their path, those of
// structs within in their place. Of an interface the type of what is in it is shown too.
func Settings(v any) []Setting {
	return appendSettings(nil, "", reflect.ValueOf(v))
}

// shownList is how many elements of a list are shown.
const shownList = 8

func appendSettings(to []Setting, path string, v reflect.Value) []Setting {
	switch v.Kind() {
	case reflect.Pointer:
		if path == "" && !v.IsNil() { // others are parts of the program, such as stores
			return appendSettings(to, path, v.Elem())
		}
	case reflect.Interface:
		if e := v.Elem(); e.IsValid() && named(e.Type()) {
			return appendNamed(to, path, e)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name := f.Name
				if path != "" {
					name = path + "." + name
				}
				to = appendSettings(to, name, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		if isPlain(v.Type().Elem().Kind()) && v.Len() > 0 {
			return append(to, Setting{path, list(v)})
		}
	default:
		if isPlain(v.Kind()) && !v.IsZero() {
			return append(to, Setting{path, plain(v)})
		}
	}
	return to
}

// appendNamed adds what is in an interface: its type, with its value or its fields.
func appendNamed(to []Setting, path string, v reflect.Value) []Setting {
	if isPlain(v.Kind()) {
		return append(to, Setting{path, v.Type().String() + "(" + plain(v) + ")"})
	}
	to = append(to, Setting{path, v.Type().String()})
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		return appendSettings(to, path, v)
	}
	return to
}

// named reports whether the type of what is in an interface says something.
func named(t reflect.Type) bool {
	return t.Name() != "" || t.Kind() == reflect.Pointer && t.Elem().Name() != ""
}

func isPlain(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Float64 && k != reflect.Uintptr || k == reflect.String
}

// list writes the first elements of a list.
func list(v reflect.Value) string {
	var texts []string
	for i := range min(v.Len(), shownList) {
		texts = append(texts, plain(v.Index(i)))
	}
	text := "[" + strings.Join(texts, " ") + "]"
	if v.Len() > shownList {
		text += fmt.Sprintf(" and %d more", v.Len()-shownList)
	}
	return text
}

// plain writes a number or a text.
func plain(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}
