package checkpoint

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// check refuses settings that make no sense, and a file without the number it is to be ranked by.
func (s Series) check(f *File) error {
	if s.KeepLast < 0 || s.KeepEvery < 0 || s.KeepBest < 0 {
		return fmt.Errorf("checkpoint: KeepLast %d, KeepEvery %d, KeepBest %d: expected 0 or more",
			s.KeepLast, s.KeepEvery, s.KeepBest)
	}
	if strings.ContainsAny(s.Prefix, `/\`) {
		return fmt.Errorf("checkpoint: Prefix %q: expected no separator", s.Prefix)
	}
	if s.KeepBest == 0 {
		return nil
	}
	if s.BestBy == "" {
		return fmt.Errorf("checkpoint: KeepBest %d needs BestBy, a key of the metadata", s.KeepBest)
	}
	if _, err := strconv.ParseFloat(f.Metadata[s.BestBy], 64); err != nil {
		return fmt.Errorf("checkpoint: metadata %q: expected a number to rank by, NaN for none: %w", s.BestBy, err)
	}
	return nil
}

// prune deletes what no rule keeps; all is in the order of the steps, and its last always stays.
func (s Series) prune(all []Saved) error {
	if s.KeepLast == 0 && s.KeepEvery == 0 && s.KeepBest == 0 {
		return nil
	}
	best, err := s.best(all)
	if err != nil {
		return err
	}
	first := len(all) - max(s.KeepLast, 1)
	var old []Saved
	apart := int64(math.MinInt64) // the first step that is far enough from the last that was kept for it
	for i, c := range all {
		if s.KeepEvery > 0 && c.Step >= apart {
			apart = c.Step + s.KeepEvery
		} else if i < first && !slices.Contains(best, c) {
			old = append(old, c)
		}
	}
	return remove(old)
}

// best returns the KeepBest checkpoints with the best numbers; of equals the later is better, and
// NaN, as a file that has no number, is never among them.
func (s Series) best(all []Saved) ([]Saved, error) {
	if s.KeepBest == 0 {
		return nil, nil
	}
	score := make(map[Saved]float64, len(all))
	var ranked []Saved
	for _, c := range all {
		h, err := ReadHeader(c.Path)
		if err != nil {
			return nil, err
		}
		x, err := strconv.ParseFloat(h.Metadata[s.BestBy], 64)
		if err != nil || math.IsNaN(x) {
			continue
		}
		if !s.Higher {
			x = -x
		}
		score[c] = x
		ranked = append(ranked, c)
	}
	slices.SortFunc(ranked, func(a, b Saved) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(b.Step, a.Step))
	})
	return ranked[:min(s.KeepBest, len(ranked))], nil
}
