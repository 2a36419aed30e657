package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// partInfo is what there is to know of a part of a set.
type partInfo struct {
	Part    string `json:"part"`
	Samples int    `json:"samples"`
	Shape   []int  `json:"shape"`
	Classes []int  `json:"classes,omitempty"` // samples of each class
	Spikes  number `json:"density,omitempty"` // share of channels and steps that are spikes
}

// setInfo is a data set.
type setInfo struct {
	Name    string     `json:"name"`
	What    string     `json:"what"`
	Files   string     `json:"files,omitempty"`
	Fetched bool       `json:"fetch"` // whether it can be downloaded
	Keys    []string   `json:"keys"`  // of [data], besides those of every set
	Parts   []partInfo `json:"parts,omitempty"`
}

// infoOf returns what there is to know of a set without its files.
func infoOf(k model.SetKind) setInfo {
	info := setInfo{Name: k.Name, What: k.What, Files: k.Files, Fetched: k.Fetched, Keys: []string{}}
	for _, f := range settings.Fields(k.Settings) {
		key := f.Key
		if f.Default != "" {
			key += " = " + f.Default
		}
		info.Keys = append(info.Keys, key)
	}
	return info
}

// showSet writes what there is to know of a set.
func (a *app) showSet(k model.SetKind, p model.Parts) error {
	info := infoOf(k)
	for _, part := range []struct {
		name string
		src  datasets.Source
	}{{"train", p.Train}, {"valid", p.Valid}, {"test", p.Test}} {
		if part.src != nil {
			info.Parts = append(info.Parts, partOf(part.name, part.src))
		}
	}
	if a.json {
		return a.object(info)
	}
	rows := [][]string{{"set", k.Name}, {"what", k.What}}
	if k.Files != "" {
		rows = append(rows, []string{"files", k.Files})
	}
	if len(info.Keys) > 0 {
		rows = append(rows, []string{"keys", strings.Join(info.Keys, ", ")})
	}
	for _, p := range info.Parts {
		text := fmt.Sprintf("%s of shape %v", plural(p.Samples, "sample"), p.Shape)
		if n := len(p.Classes); n > 0 {
			text += fmt.Sprintf("; %d classes of %d to %d", n, slices.Min(p.Classes), slices.Max(p.Classes))
		}
		if p.Spikes > 0 {
			text += fmt.Sprintf("; %.2f %% spikes", 100*float64(p.Spikes))
		}
		rows = append(rows, []string{p.Part, text})
	}
	return table(a.out, rows)
}

// partOf counts the samples of a part.
func partOf(name string, src datasets.Source) partInfo {
	p := partInfo{Part: name, Samples: src.Len(), Shape: src.SampleShape()}
	for i := range src.Len() {
		c, ok := src.Label(i)
		if !ok || c < 0 {
			continue
		}
		for len(p.Classes) <= int(c) {
			p.Classes = append(p.Classes, 0)
		}
		p.Classes[c]++
	}
	if s, ok := src.(*datasets.Spikes); ok {
		p.Spikes = number(s.Density())
	}
	return p
}
