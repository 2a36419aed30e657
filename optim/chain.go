package optim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Chain is an optimizer made of a rule and what goes around it: gradients are accumulated, then
// transformed in the order of Transforms, then each parameter is moved by the rule of its group.
//
//	bias := opt
//	bias.WeightDecay = 0
//	optim.Chain{
//		Transforms: []optim.Transform{optim.ClipByGlobalNorm{Max: 1}},
//		Rule:       opt,
//		Groups:     []optim.Group{{Match: optim.Suffix(".B"), Rule: bias}},
//	}
type Chain struct {
	Transforms []Transform
	Rule       Rule    // of parameters that are in no group
	Groups     []Group // the first that matches a parameter has it
	// Every is the number of runs whose gradients are averaged for one update; 0 is 1. In the
	// runs between, parameters and slots keep their values; the random clock advances in each.
	Every int
}

// Validate returns what is wrong with the settings, nil if nothing is.
func (c Chain) Validate() error {
	var own, inner []error
	if c.Every < 0 {
		own = append(own, refused("Every", c.Every, "at least 0"))
	}
	if c.Rule == nil {
		own = append(own, refused("Rule", nil, "a Rule"))
	} else {
		inner = append(inner, c.Rule.Validate())
	}
	for i, t := range c.Transforms {
		if t == nil {
			own = append(own, refused(fmt.Sprintf("Transforms[%d]", i), nil, "a Transform"))
		} else {
			inner = append(inner, t.Validate())
		}
	}
	for i, gr := range c.Groups {
		own = append(own, gr.validate(i))
	}
	return errors.Join(settings("Chain", own...), errors.Join(inner...))
}

// Update implements Optimizer. It may be called once for a graph: parameters that are to be moved by
// another rule are a group.
func (c Chain) Update(g *graph.Graph, params, grads []*graph.Node) {
	if err := errors.Join(c.Validate(), fit(g, params, grads)); err != nil {
		g.Fail(fmt.Errorf("optim: %w", err))
		return
	}
	if anyInvalid(params) || anyInvalid(grads) { // of a fault of the model, which Compile reports
		return
	}
	defer g.Scope("optim")()
	u := &update{g: g, steps: Steps(g), time: timeOf(g), done: doneIn(g.Store())}
	params, grads, rules := c.moved(g, params, grads)
	ps := make([]*Param, len(params))
	for i, theta := range params {
		ps[i] = u.param(theta)
	}
	grads = c.accumulate(u, params, grads)
	if len(params) > 0 {
		for _, t := range c.Transforms {
			grads = t.Apply(params, grads)
		}
	}
	for i, p := range ps {
		p.Grad = grads[i]
		u.set(p.Theta, rules[i].Next(p))
	}
	u.set(u.steps, u.steps.Shift(1))
	g.Update(g.Clock(), g.Clock().Shift(1))
}

// fit reports gradients that do not belong to the parameters.
func fit(g *graph.Graph, params, grads []*graph.Node) error {
	if len(params) != len(grads) {
		return fmt.Errorf("Update: %w: %d parameters, %d gradients", graph.ErrShape, len(params), len(grads))
	}
	var faults []error
	if (anyInvalid(params) || anyInvalid(grads)) && g.Err() == nil {
		faults = append(faults, fmt.Errorf("Update: %w: a parameter or gradient is invalid, by a fault of another graph",
			graph.ErrScope))
	}
	for i, p := range params {
		d := grads[i]
		switch {
		case p == nil || p.Valid() && (p.ParamName() == "" || p.Graph() != g || !p.DType().IsFloat()):
			faults = append(faults, fmt.Errorf("Update: %w: %v (number %d) is no float parameter of the graph",
				graph.ErrValue, p, i))
		case d != nil && d.Valid() && p.Valid() && !d.Type().Equal(p.Type()):
			faults = append(faults, fmt.Errorf("Update: %w: parameter %q is %v, its gradient %v",
				graph.ErrShape, p.ParamName(), p.Type(), d.Type()))
		}
	}
	return errors.Join(faults...)
}

// anyInvalid reports nodes that came of a fault; nil is none.
func anyInvalid(ns []*graph.Node) bool {
	return slices.ContainsFunc(ns, func(n *graph.Node) bool { return n != nil && !n.Valid() })
}

// moved returns the parameters that have a gradient and are not frozen, with their rules.
func (c Chain) moved(g *graph.Graph, params, grads []*graph.Node) (ps, ds []*graph.Node, rules []Rule) {
	used := make([]bool, len(c.Groups))
	for i, p := range params {
		rule, frozen := c.Rule, false
		for j, gr := range c.Groups {
			if gr.Match(p.ParamName()) {
				used[j], frozen = true, gr.Frozen
				if gr.Rule != nil {
					rule = gr.Rule
				}
				break
			}
		}
		if grads[i] != nil && !frozen {
			ps, ds, rules = append(ps, p), append(ds, grads[i]), append(rules, rule)
		}
	}
	for j, ok := range used {
		if !ok {
			g.Fail(fmt.Errorf("Chain.Groups[%d]: %w: no parameter is in it", j, graph.ErrValue))
		}
	}
	return ps, ds, rules
}
