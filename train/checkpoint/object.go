package checkpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// member is one name and value of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// readObject reads raw as one JSON object: members in their order, names unique, nothing behind. The
// unmarshalling of encoding/json would let the last of two equal names win.
func readObject(raw []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, fmt.Errorf("expected an object, got %.20s", raw)
	}
	var ms []member
	seen := map[string]bool{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // the decoder refuses other keys
		if seen[m.name] {
			return nil, fmt.Errorf("%q is there twice", m.name)
		}
		seen[m.name] = true
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		ms = append(ms, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("bytes follow the object that ends at byte %d", dec.InputOffset())
	}
	return ms, nil
}

// readUints reads a JSON array of whole numbers without sign, fraction or exponent.
func readUints(raw []byte) ([]uint64, error) {
	var ps []*uint64 // pointers tell null from 0
	if err := json.Unmarshal(raw, &ps); err != nil || ps == nil {
		return nil, fmt.Errorf("expected an array of whole numbers, got %.40s", raw)
	}
	xs := make([]uint64, len(ps))
	for i, p := range ps {
		if p == nil {
			return nil, fmt.Errorf("expected an array of whole numbers, got %.40s", raw)
		}
		xs[i] = *p
	}
	return xs, nil
}

// readString reads a JSON string.
func readString(raw []byte) (string, error) {
	var p *string
	if err := json.Unmarshal(raw, &p); err != nil || p == nil {
		return "", fmt.Errorf("expected a string, got %.40s", raw)
	}
	return *p, nil
}
