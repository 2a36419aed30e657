package optim

import "github.com/spikegraph/spikegraph/graph"

// accumulate returns the mean of the gradients of the last Every runs, and tells u in which runs
// there is one. With micro the number of runs since the last update:
//
//	sum = acc + g/k;  due = micro >= k-1;  acc, micro ← 0, 0 if due, else sum, micro+1
//
// The sums of runs in between are computed like any others, and not used.
func (c Chain) accumulate(u *update, params, grads []*graph.Node) []*graph.Node {
	if c.Every <= 1 {
		return grads
	}
	micro := counter(u.g, microName)
	u.due = micro.Ge(micro.Like(float64(c.Every - 1)))
	u.g.Update(micro, u.due.Select(micro.Like(0), micro.Shift(1)))
	mean := make([]*graph.Node, len(grads))
	for i, d := range grads {
		acc := u.g.Param(prefix+params[i].ParamName()+".acc",
			graph.Var{DType: params[i].DType(), Shape: params[i].Shape(), Fixed: true})
		mean[i] = acc.Add(d.Scale(1 / float64(c.Every)))
		u.g.Update(acc, u.due.Select(acc.Like(0), mean[i]))
	}
	return mean
}
