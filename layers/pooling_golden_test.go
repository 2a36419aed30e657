package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

var goldenPooling = map[string]goldenLayer{
	"MaxPool, batching mode": pool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.MaxPool(p).Place(g, "l") }),
	"MinPool, batching mode": pool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.MinPool(p).Place(g, "l") }),
	"AvgPool, batching mode": pool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.AvgPool(p).Place(g, "l") }),
	"MaxPool":                unbatchedPool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.MaxPool(p).Place(g, "l") }),
	"MinPool":                unbatchedPool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.MinPool(p).Place(g, "l") }),
	"AvgPool":                unbatchedPool(func(p layers.Pool, g *graph.Graph) layers.Synapse { return layers.AvgPool(p).Place(g, "l") }),

	"MaxPool1d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.MaxPool1d(p).Place(g, "l") }),
	"MaxPool2d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.MaxPool2d(p).Place(g, "l") }),
	"MaxPool3d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.MaxPool3d(p).Place(g, "l") }),
	"AvgPool1d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.AvgPool1d(p).Place(g, "l") }),
	"AvgPool2d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.AvgPool2d(p).Place(g, "l") }),
	"AvgPool3d": poolLast(func(p layers.PoolLast, g *graph.Graph) layers.Synapse { return layers.AvgPool3d(p).Place(g, "l") }),

	"AdaptiveAvgPool1d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveAvgPool1d(p).Place(g, "l")
	}),
	"AdaptiveAvgPool2d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveAvgPool2d(p).Place(g, "l")
	}),
	"AdaptiveAvgPool3d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveAvgPool3d(p).Place(g, "l")
	}),
	"AdaptiveMaxPool1d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveMaxPool1d(p).Place(g, "l")
	}),
	"AdaptiveMaxPool2d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveMaxPool2d(p).Place(g, "l")
	}),
	"AdaptiveMaxPool3d": adaptive(func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse {
		return layers.AdaptiveMaxPool3d(p).Place(g, "l")
	}),
}

func pool(place func(p layers.Pool, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "kernel_size", "stride", "padding", "channel_axis", "count_include_pad")
		channel, _ := c.channel(nil)
		return applied(place(layers.Pool{
			Kernel: c.list(t, "kernel_size"), Stride: c.list(t, "stride"), Padding: c.padding(t), Channel: channel,
			CountPadding: c.Flag("count_include_pad", false),
		}, g), in), nil
	}
}

func unbatchedPool(place func(p layers.Pool, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		return pool(func(p layers.Pool, g *graph.Graph) layers.Synapse {
			p.NoBatch = c.Params["mode"] == nil || c.Params["mode"] == "non-batching"
			return place(p, g)
		})(t, c, g, in)
	}
}

func poolLast(place func(p layers.PoolLast, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "kernel_size", "stride", "padding", "channel_axis", "count_include_pad")
		channel, none := c.channel(new(-1))
		return applied(place(layers.PoolLast{
			Kernel: c.list(t, "kernel_size"), Stride: c.list(t, "stride"), Padding: c.padding(t), Channel: channel, NoChannel: none,
			CountPadding: c.Flag("count_include_pad", false),
		}, g), in), nil
	}
}

func adaptive(place func(p layers.AdaptivePool, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "target_shape", "channel_axis")
		channel, none := c.channel(new(-1))
		return applied(place(layers.AdaptivePool{Target: c.list(t, "target_shape"), Channel: channel, NoChannel: none}, g), in), nil
	}
}

// channel reads the param channel_axis: an axis, def where it is missing, none where it is null.
func (c goldenCase) channel(def *int) (axis *int, none bool) {
	v, there := c.Params["channel_axis"]
	if n, ok := v.(float64); ok {
		return new(int(n)), false
	}
	if there {
		return nil, true
	}
	return def, false
}
