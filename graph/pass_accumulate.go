package graph

func accumulatePass(u unit, _ *compiler) unit { return u }
