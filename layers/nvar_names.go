package layers

import (
	"fmt"
	"strings"
)

// Names returns the names of the features, in order: "1", "x0(t)", "x1(t-5)", "x0(t)^2 x1(t)".
func (p NVAR) Names() []string {
	return p.names(func(input, late int) string {
		if late == 0 {
			return fmt.Sprintf("x%d(t)", input)
		}
		return fmt.Sprintf("x%d(t-%d)", input, late)
	})
}

// TeXNames returns the names as formulas for a plot: "1", "$x0_t$", "$x1_{t-5}$", "$x0_t^2 x1_t$".
func (p NVAR) TeXNames() []string {
	names := p.names(func(input, late int) string {
		if late == 0 {
			return fmt.Sprintf("x%d_t", input)
		}
		return fmt.Sprintf("x%d_{t-%d}", input, late)
	})
	for i, n := range names {
		if n != "1" {
			names[i] = "$" + n + "$"
		}
	}
	return names
}

// names returns the names of all features, given that of an input some steps ago.
func (p NVAR) names(of func(input, late int) string) []string {
	var linear, all []string
	for i := range p.Delay {
		for j := range p.In {
			linear = append(linear, of(j, i*p.Stride))
		}
	}
	if p.Constant {
		all = append(all, "1")
	}
	all = append(all, linear...)
	for _, o := range p.Orders {
		for _, factors := range combinations(len(linear), o) {
			all = append(all, monomial(linear, factors))
		}
	}
	return all
}

// monomial names the product of ascending factors.
func monomial(linear []string, factors []int32) string {
	var parts []string
	for i := 0; i < len(factors); {
		j := i
		for j < len(factors) && factors[j] == factors[i] {
			j++
		}
		part := linear[factors[i]]
		if j > i+1 {
			part = fmt.Sprintf("%s^%d", part, j-i)
		}
		parts = append(parts, part)
		i = j
	}
	return strings.Join(parts, " ")
}
