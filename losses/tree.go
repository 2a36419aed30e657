package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Tree returns the sum of loss(predicts[i], targets[i]) over the leaves of a prediction that has
// several parts. The lists have one length, not 0, and the losses shapes that broadcast.
//
//	losses.Tree(func(p, t *graph.Node) *graph.Node {
//		return losses.MeanSquaredError(p, t, losses.Mean)
//	}, predicts, targets)
func Tree(loss func(predict, target *graph.Node) *graph.Node, predicts, targets []*graph.Node) *graph.Node {
	if len(predicts) != len(targets) {
		return failIn("Tree", append(predicts[:len(predicts):len(predicts)], targets...),
			fmt.Errorf("%w: %d predictions, %d targets", graph.ErrShape, len(predicts), len(targets)))
	}
	parts := make([]*graph.Node, len(predicts))
	for i, p := range predicts {
		parts[i] = loss(p, targets[i])
	}
	return sum(parts)
}

// sum adds the parts up; of none it makes an invalid node.
func sum(parts []*graph.Node) *graph.Node {
	if len(parts) == 0 {
		return &graph.Node{}
	}
	total := parts[0]
	for _, p := range parts[1:] {
		total = total.Add(p)
	}
	return total
}
